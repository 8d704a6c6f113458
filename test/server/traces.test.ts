import type { ServerResponse } from 'node:http';
import { trace } from '@opentelemetry/api';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startTraces, type Traces } from '../../src/server/traces.ts';
import { createIdentitySubgraph } from '../../src/subgraph.ts';
import { startFaultyUpstream, end, refusal, type FaultyUpstream } from '../support/faulty-upstream.ts';
import { startGateway, testConfig, type TestGateway } from '../support/gateway.ts';
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.ts';
import { until } from '../support/until.ts';

// One SDK for the process, as OpenTelemetry has it: its spans are waited for by their names.
let receiver: OtlpReceiver;
let traces: Traces;
let gateway: TestGateway;
let upstream: FaultyUpstream;
const opened: { close(): unknown }[] = [];
const warnings: unknown[] = [];
const logger = {
  info: (fields: object, message: string) => void warnings.push([fields, message]),
  warn: (fields: object, message: string) => void warnings.push([fields, message]),
  error: () => {},
};

beforeAll(async () => {
  [receiver, upstream, gateway] = await Promise.all([startOtlpReceiver(), startFaultyUpstream(), startGateway()]);
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = receiver.url;
  process.env['OTEL_EXPORTER_OTLP_HEADERS'] = 'x-api-key=key-of-the-receiver';
  process.env['OTEL_RESOURCE_ATTRIBUTES'] = 'deployment.environment.name=test';
  traces = startTraces({ followsCaller: true, share: 1 }, '1.2.3', logger);
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map(async (thing) => thing.close()));
});
afterAll(async () => {
  await traces.close();
  await Promise.all([gateway.close(), upstream.close(), receiver.close()]);
});

/** The spans of this work, flushed as it ends. So many are waited for: on a busy machine some may have left before. */
async function spansOf(count: number, work: () => Promise<unknown>): Promise<readonly ReceivedSpan[]> {
  const before = receiver.spans.length;
  await work();
  await flush();
  await until(() => receiver.spans.length - before >= count);
  return receiver.spans.slice(before);
}

async function flush(): Promise<void> {
  const provider = trace.getTracerProvider() as { getDelegate?(): { forceFlush(): Promise<void> } };
  await provider.getDelegate!().forceFlush();
}

const withoutIds = ({ traceId: _trace, spanId: _span, parentSpanId: _parent, ...rest }: ReceivedSpan): object => rest;

const idsOf = (spans: readonly ReceivedSpan[]) => new Set<unknown>(spans.map(({ spanId }) => spanId));

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';
const traceparent = `00-${TRACE}-${CALLER}-01`;

describe('a confirm', () => {
  test('is a span with how it ended, over one for each exchange with the upstream, and nothing personal in them', async () => {
    const spans = await spansOf(3, () => gateway.confirm('imp_900200000001', '000000'));
    const server = { 'server.address': '127.0.0.1', 'server.port': Number(new URL(gateway.sandbox.url).port) };
    expect(spans.map(withoutIds)).toEqual([
      {
        name: 'POST /users/getToken',
        kind: 'CLIENT',
        attributes: {
          'http.request.method': 'POST',
          'url.template': '/users/getToken',
          'http.response.status_code': 200,
          ...server,
        },
        isError: false,
        links: [],
      },
      {
        name: 'POST /certifications/otp/confirm/{imp_uid}',
        kind: 'CLIENT',
        attributes: {
          'http.request.method': 'POST',
          'url.template': '/certifications/otp/confirm/{imp_uid}',
          'http.response.status_code': expect.any(Number),
          'error.type': 'WRONG_OTP',
          ...server,
        },
        isError: false,
        links: [],
      },
      {
        name: 'identity.confirm',
        kind: 'SERVER',
        attributes: {
          'identity.outcome': 'WRONG_CODE',
          'identity.provider_code': '9013',
          'identity.attempts_remaining': 4,
          'identity.imp_uid': 'imp_900200000001',
          'identity.guard.ms': expect.any(Number),
          'identity.upstream.calls': 1,
          'identity.upstream.end': 'WRONG_OTP',
        },
        isError: false,
        links: [],
      },
    ]);
    const [login, confirm, operation] = spans;
    expect([login!.parentSpanId, confirm!.parentSpanId]).toEqual([operation!.spanId, operation!.spanId]);
    expect(operation!.parentSpanId).toBeUndefined();
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    expect(lastLine()).toMatchObject({ msg: 'operation', traceId: operation!.traceId });
    expect(receiver.resource()).toMatchObject({
      'service.name': 'iamport-identity-gateway',
      'service.version': '1.2.3',
      'deployment.environment.name': 'test',
    });
    expect(receiver.requests.at(-1)!.headers['x-api-key']).toBe('key-of-the-receiver');
  });

  test.each([
    [
      'is a step of the trace of its caller',
      '21',
      { traceparent, tracestate: 'router=1' },
      [TRACE, CALLER, 'router=1'],
    ],
    ['begins a trace where the header is none', '22', { traceparent: `00-${'0'.repeat(32)}-${CALLER}-01` }, null],
    ['begins a trace where there are two headers', '23', { traceparent: `${traceparent}, ${traceparent}` }, null],
    ['is not recorded where its caller records nothing', '24', { traceparent: `00-${TRACE}-${CALLER}-00` }, undefined],
  ])('%s', async (_fact, number, headers, expected) => {
    const spans = await spansOf(expected === undefined ? 0 : 2, () =>
      gateway.confirm(`imp_9002000000${number}`, '000000', headers),
    );
    const operation = spans.find(({ name }) => name === 'identity.confirm');
    if (expected === undefined) {
      expect(spans).toEqual([]);
      return expect(lastLine()).toMatchObject({ traceId: TRACE });
    }
    const [traceId, parentSpanId, traceState] = expected ?? [expect.not.stringContaining(TRACE), undefined, undefined];
    expect(operation).toMatchObject({ traceId, kind: 'SERVER' });
    expect([operation!.parentSpanId, operation!.traceState]).toEqual([parentSpanId, traceState]);
    expect(lastLine()).toMatchObject({ traceId: operation!.traceId });
  });

  test.each([
    ['cut', end, { outcome: 'OUTCOME_UNKNOWN', errorType: 'cut', isError: true, status: undefined, spans: 4 }],
    [
      'refused',
      refusal(400, '[9013] 인증번호 불일치'),
      { outcome: 'WRONG_CODE', errorType: 'WRONG_OTP', isError: false, status: 400, spans: 3 },
    ],
    [
      'answered by something else',
      refusal(401, 'unauthorized'),
      { outcome: 'UPSTREAM_UNAUTHORIZED', errorType: 'unauthorized', isError: true, status: 401, spans: 5 },
    ],
  ])(
    'whose answer is %s has the reason at the exchange, and an error is no person’s mistake',
    async (_how, fault, seen) => {
      const own = await startGateway({ iamport: { baseUrl: upstream.url } });
      opened.push(own);
      upstream.fault = fault;
      const spans = await spansOf(seen.spans, () => own.confirm('imp_900200000003', '000000'));
      const operation = spans.find(({ name }) => name === 'identity.confirm')!;
      const exchange = spans.find(({ name }) => name.startsWith('POST /certifications'))!;
      expect(operation.attributes).toMatchObject({ 'identity.outcome': seen.outcome });
      expect([exchange.attributes['error.type'], exchange.attributes['http.response.status_code']]).toEqual([
        seen.errorType,
        seen.status,
      ]);
      expect([exchange.isError, operation.isError]).toEqual([seen.isError, seen.isError]);
    },
  );

  test('that is the same as one in flight is linked to it, and its exchange is the first one’s', async () => {
    const spans = await spansOf(3, () =>
      Promise.all([gateway.confirm('imp_900200000004', '123456'), gateway.confirm('imp_900200000004', '123456')]),
    );
    const operations = spans.filter(({ name }) => name === 'identity.confirm');
    const [exchange, ...more] = spans.filter(({ kind }) => kind === 'CLIENT');
    const first = operations.find(({ spanId }) => spanId === exchange!.parentSpanId)!;
    const second = operations.find((operation) => operation !== first)!;
    expect([operations.length, more]).toEqual([2, []]);
    expect([first.links, second.links]).toEqual([[], [first.spanId]]);
    expect(gateway.calls('/confirm/imp_900200000004')).toHaveLength(1);
  });
});

describe('under load', () => {
  test('a call that waited for a place is a step of its own operation, and counted as its own', async () => {
    const { policies } = testConfig('').iamport;
    const own = await startGateway({ iamport: { policies: { ...policies, parallelCalls: 1 } } });
    opened.push(own);
    await spansOf(3, () => own.confirm('imp_900200000009', '000000')); // logs in
    const spans = await spansOf(8, () =>
      Promise.all([5, 6, 7, 8].map((digit) => own.confirm(`imp_90020000000${digit}`, '000000'))),
    );
    const parents = spans.filter(({ kind }) => kind === 'CLIENT').map(({ parentSpanId }) => parentSpanId);
    const operations = spans.filter(({ name }) => name === 'identity.confirm');
    expect([parents.length, new Set<unknown>(parents)]).toEqual([4, idsOf(operations)]);
    expect(operations.map(({ attributes }) => attributes['identity.upstream.calls'])).toEqual([1, 1, 1, 1]);
  });

  test('reads of one request are spans beside each other, each with its own exchange', async () => {
    const impUids = Array.from({ length: 12 }, (_, index) => `imp_9002000001${String(index).padStart(2, '0')}`);
    await spansOf(24, () => Promise.all(impUids.map((impUid) => gateway.confirm(impUid, '123456'))));
    const query = `query($representations: [_Any!]!) { _entities(representations: $representations) { __typename } }`;
    const representations = impUids.map((impUid) => ({ __typename: 'Certification', impUid }));
    const spans = await spansOf(24, () => gateway.post({ query, variables: { representations } }, { traceparent }));
    const operations = spans.filter(({ name }) => name === 'identity.read');
    const exchanges = spans.filter(({ name }) => name === 'GET /certifications/{imp_uid}');
    expect(new Set(operations.map(({ attributes }) => attributes['identity.imp_uid']))).toEqual(new Set(impUids));
    expect(new Set(operations.map(({ parentSpanId }) => parentSpanId))).toEqual(new Set([CALLER]));
    expect(new Set<unknown>(exchanges.map(({ parentSpanId }) => parentSpanId))).toEqual(idsOf(operations));
    expect([operations.length, exchanges.length]).toEqual([12, 12]);
  });
});

describe('in a host program', () => {
  test('an operation is a step of the span that is active, and what instruments its HTTP client is not asked', async () => {
    const lookedUp: unknown[] = [];
    const tracer = trace.getTracer('host');
    const subgraph = createIdentitySubgraph({
      ...testConfig(gateway.sandbox.url.replace('127.0.0.1', 'localhost')),
      logger: { info: () => {}, warn: () => {}, error: () => {} },
      wire: {
        // As an instrumentation does it, in the middle of an exchange.
        lookup: (host, _options, done) => {
          lookedUp.push(host);
          tracer.startSpan('instrumentation').end();
          done(null, [{ address: '127.0.0.1', family: 4 }]);
        },
      },
    });
    opened.push(subgraph);
    const spans = await spansOf(5, () =>
      tracer.startActiveSpan('GraphQL request', async (span) => {
        const { identity } = await subgraph.createContext({ headers: { traceparent } });
        await identity.run('read', 'imp_900200000001', () =>
          identity.verification.read(identity.caller!, 'imp_900200000001'),
        );
        await identity.run('confirm', 'imp_900200000010', () =>
          identity.verification.confirm(identity.caller!, 'imp_900200000010', { method: 'SMS', otp: '123456' }),
        );
        span.end();
      }),
    );
    expect(lookedUp).not.toEqual([]);
    const host = spans.find(({ name }) => name === 'GraphQL request')!;
    const operations = spans.filter(({ name }) => name.startsWith('identity.'));
    expect(operations.map(({ kind, parentSpanId }) => [kind, parentSpanId])).toEqual([
      ['INTERNAL', host.spanId],
      ['INTERNAL', host.spanId],
    ]);
    expect(spans.map(({ name }) => name)).not.toContain('instrumentation');
  });

  test('a defect marks the span by its class alone', async () => {
    const { identity } = await startSubgraph().createContext({ headers: {} });
    const defect = (): Promise<never> => Promise.reject(new TypeError('홍길동 is not a function'));
    const spans = await spansOf(1, () => identity.run('read', null, defect).catch(() => {}));
    expect(spans.map(withoutIds)).toEqual([
      { name: 'identity.read', kind: 'SERVER', attributes: { 'error.type': 'TypeError' }, isError: true, links: [] },
    ]);
  });

  test('that has an SDK of its own no second one is started', async () => {
    const before = receiver.requests.length;
    const second = startTraces({ followsCaller: true, share: 1 }, '1.2.3', logger);
    expect(warnings.at(-1)).toEqual([{}, 'an OpenTelemetry SDK was loaded before this program, and has its traces']);
    await second.close();
    expect(await spansOf(2, () => gateway.confirm('imp_900200000011', '000000'))).not.toEqual([]);
    expect(receiver.requests.length).toBeGreaterThan(before);
  });

  function startSubgraph() {
    const subgraph = createIdentitySubgraph({ ...testConfig(gateway.sandbox.url), logger });
    opened.push(subgraph);
    return subgraph;
  }
});

describe('a receiver', () => {
  const answersNormally = (response: ServerResponse): unknown => response.writeHead(200).end('{}');
  afterEach(() => void (receiver.answer = answersNormally));

  test('that refuses changes no answer, and is told once a minute without its words', async () => {
    warnings.length = 0;
    receiver.answer = (response) => response.writeHead(400).end('홍길동 key-of-the-receiver');
    for (const otp of ['000000', '000001']) {
      expect(await gateway.confirm('imp_900200000012', otp)).toMatchObject({ code: 'WRONG_CODE' });
      await expect(flush()).rejects.toBeDefined();
    }
    expect(warnings).toEqual([[{ reason: '400' }, 'traces are not sent as they should be']]);
  });

  test('that hangs up changes no answer, and gets the spans when it is back', async () => {
    receiver.answer = (response) => {
      receiver.answer = answersNormally;
      response.destroy();
    };
    const before = receiver.requests.length;
    const spans = await spansOf(2, async () =>
      expect(await gateway.confirm('imp_900200000015', '123456')).toMatchObject({ __typename: 'Certification' }),
    );
    expect(new Set(spans.map(({ name }) => name))).toContain('identity.confirm');
    expect(receiver.requests.length - before).toBe(2);
  });

  test('that answers nothing delays no answer', async () => {
    const asked = Promise.withResolvers<() => void>();
    receiver.answer = (response) => asked.resolve(() => answersNormally(response));
    await gateway.confirm('imp_900200000013', '000000');
    const flushed = flush();
    const goOn = await asked.promise;
    expect(await gateway.confirm('imp_900200000014', '123456')).toMatchObject({ __typename: 'Certification' });
    goOn();
    await flushed;
  });
});

function lastLine(): object {
  return JSON.parse(gateway.log().trim().split('\n').at(-1)!) as object;
}
