import { appendFileSync, readFileSync, rmSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { graphql, type GraphQLSchema } from 'graphql';
import { createAudit } from '../../src/audit/audit.ts';
import { createChain } from '../../src/audit/chain.ts';
import { NO_LINES } from '../../src/audit/line.ts';
import type { AuditNews } from '../../src/audit/news.ts';
import { createRecord } from '../../src/audit/record.ts';
import { auditVerify } from '../../src/commands/audit.ts';
import type { ProofConfig } from '../../src/config.ts';
import { createMemoryStore } from '../../src/guard/store.ts';
import {
  createIdentitySubgraph,
  type AttemptStore,
  type AuditConfig,
  type AuditOptions,
  type Context,
} from '../../src/index.ts';
import { NO_PROOFS } from '../../src/proofs/proofs.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { createFolders, GUARD_SECRET, linesIn } from '../support/audit.ts';
import { CONFIRM_EVERYTHING, startGateway, testConfig, type Fields, type TestGateway } from '../support/gateway.ts';
import { COMPLETE, OPEN, passWindow } from '../support/person-window.ts';
import { callerHeaders, TOKENS } from '../support/tokens.ts';
import { holdTimeouts } from '../support/timers.ts';
import { until } from '../support/until.ts';

const newFile = createFolders();
const opened: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(async (thing) => thing.close()));
});

const HMAC = expect.stringMatching(/^[\w-]{22}$/);
const PERSON = { name: '홍길동', phone: '010-1234-5678', birthday: '1990-01-01', genderDigit: '1', carrier: 'SKT' };
const REQUEST = `mutation($input: RequestIdentityOtpInput!) { requestIdentityOtp(input: $input) { ... on IdentityOtpSent { impUid } } }`;
const READ = `query($impUid: ID!) { certification(impUid: $impUid) { __typename ... on Certification { name } ... on IdentityError { code } } }`;
const DELETE = `mutation($impUid: ID!) { deleteCertification(impUid: $impUid) { __typename } }`;

async function start({
  portone,
  proofs,
  ...audit
}: Partial<AuditConfig> & { portone?: object; proofs?: ProofConfig } = {}): Promise<{
  gateway: TestGateway;
  file: string;
}> {
  const file = audit.file ?? newFile();
  const config = testConfig('');
  const gateway = await startGateway({
    ...(portone && { portone }),
    config: {
      auth: TOKENS,
      guard: { ...config.guard, secret: GUARD_SECRET },
      trustProxy: ['127.0.0.1'],
      audit: { failure: 'refuse', ...audit, file },
      ...(proofs && { proofs }),
    },
  });
  opened.push(gateway);
  return { gateway, file };
}

describe('the access record', () => {
  test('has one line for each operation: who, from where, whose, what, how it ended, and which fields', async () => {
    const { gateway, file } = await start();
    const scopes = ['certification:ci', 'certification:delete'];
    const alice = { ...(await callerHeaders('alice', ...scopes)), 'x-forwarded-for': '203.0.113.7' };
    const bob = { ...(await callerHeaders('bob')), 'x-forwarded-for': 'unknown', 'x-request-id': 'from-the-router-1' };
    const sent = await gateway.run(REQUEST, { input: PERSON }, alice);
    const impUid = sent['impUid'] as string;
    const { code } = gateway.sandbox.inbox[0]!;
    await gateway.confirm(impUid, code === '000000' ? '000001' : '000000', alice);
    await gateway.confirm(impUid, code, bob);
    await gateway.confirm(impUid, code, alice);
    await gateway.run(READ, { impUid }, alice);
    await gateway.run(READ, { impUid: '../users' }, alice);
    await gateway.run(DELETE, { impUid }, alice);

    const lines = linesIn(file);
    const everything = ['birth', 'birthday', 'carrier', 'foreigner', 'foreignerV2', 'gender', 'name', 'phone'];
    expect(lines.map(({ what, outcome, fields }) => [what, outcome, fields])).toEqual([
      ['request', 'OK', []],
      ['confirm', 'WRONG_CODE', []],
      ['confirm', 'NOT_FOUND', []],
      ['confirm', 'OK', [...everything, 'uniqueInSite', 'uniqueKey']],
      ['read', 'OK', ['name']],
      ['read', 'INVALID_INPUT', []],
      ['delete', 'OK', []],
    ]);
    const [requested, , bobs] = lines;
    expect(requested).toEqual({
      type: 'access',
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      who: HMAC,
      from: '203.0.113.7',
      whose: HMAC,
      what: 'request',
      outcome: 'OK',
      fields: [],
      requestId: expect.stringMatching(/^[\w-]{36}$/),
      seq: 1,
      prev: null,
      seal: HMAC,
    });
    expect(bobs).toMatchObject({ from: null, requestId: 'from-the-router-1' });
    expect(bobs!.who).not.toBe(requested!.who);
    expect(lines.map(({ whose }) => whose)).toEqual([...Array(5).fill(requested!.whose), null, requested!.whose]);
    const text = readFileSync(file, 'utf8');
    expect(text).not.toMatch(new RegExp(`홍길동|5678|1990|alice|bob|${impUid}|${code}`));
    expect(gateway.log()).not.toContain('203.0.113.7');
    expect(await auditVerify([file], GUARD_SECRET)).toMatchObject({ ok: true });
  });

  test('has a line for a window that is opened, without a verification where the page makes it, and for each completion', async () => {
    const { gateway, file } = await start();
    const [alice, bob] = [await callerHeaders('alice', 'certification:ci'), await callerHeaders('bob')];
    const window = await gateway.run(OPEN, {}, alice);
    const impUid = await passWindow(gateway.sandbox.url, window);
    await gateway.run(COMPLETE, { impUid }, bob);
    await gateway.run(COMPLETE, { impUid }, alice);
    await gateway.run(COMPLETE, { impUid: '../users' }, alice);
    expect(linesIn(file)).toMatchObject([
      { what: 'open', outcome: 'OK', whose: null, fields: [] },
      { what: 'complete', outcome: 'NOT_FOUND', whose: HMAC, fields: [] },
      { what: 'complete', outcome: 'OK', whose: HMAC, fields: ['birthday', 'name', 'phone', 'uniqueKey'] },
      { what: 'complete', outcome: 'INVALID_INPUT', whose: null, fields: [] },
    ]);
    expect(readFileSync(file, 'utf8')).not.toContain(window['merchantUid']);
  });

  test('names neither a person id nor a proof where the gateway has no key for one', async () => {
    const { gateway, file } = await start({ proofs: NO_PROOFS });
    const query = `mutation($impUid: ID!, $otp: String!) { confirmIdentityOtp(impUid: $impUid, otp: $otp) {
      ... on Certification { name personId(audience: "shop") proof(audience: "shop", claims: [NAME]) } } }`;
    const variables = { impUid: 'imp_900200000001', otp: '123456' };
    await gateway.post({ query, variables }, await callerHeaders('alice'));
    expect(linesIn(file)).toMatchObject([{ outcome: 'OK', fields: ['name'] }]);
  });

  test('knows a caller by the HMAC of the log, and a verification in any spelling by one', async () => {
    const { gateway, file } = await start();
    const alice = await callerHeaders('alice', 'certification:ci');
    await gateway.confirm('imp_900200000001', '123456', alice);
    await gateway.run(READ, { impUid: 'IMP_900200000001' }, alice);
    const [first, second] = linesIn(file);
    expect(gateway.log()).toContain(`"callerHmac":"${first!.who}"`);
    expect(second!.whose).toBe(first!.whose);
  });

  test.each([
    ['under several aliases', '{ ... on Certification { a: name b: name certified } }', ['name']],
    [
      'in fragments that double',
      '{ ...A ...A } fragment A on Certification { ...B ...B } fragment B on Certification { phone }',
      ['phone'],
    ],
    ['in an inline fragment without a type', '{ ... on Certification { ... { birthday } } }', ['birthday']],
    [
      'of a proof as its claims',
      '{ ... on Certification { proof(audience: "shop", claims: [NAME, OVER_19]) personId(audience: "shop") } }',
      ['personId', 'proof.NAME', 'proof.OVER_19'],
    ],
    [
      'of a proof of one claim without brackets',
      '{ ... on Certification { proof(audience: "shop", claims: NAME) } }',
      ['proof.NAME'],
    ],
    ['as an age alone', '{ ... on Certification { isAtLeastAge(years: 19) } }', ['isAtLeastAge']],
    [
      'with directives that leave them out',
      '{ ... on Certification { name @skip(if: true) phone @include(if: $no) gender @include(if: true) @skip(if: $no) } }',
      ['gender'],
    ],
    [
      'of other members alone',
      '{ __typename ... on InvalidInputError { fields { name } } ... on IdentityError { code message } }',
      [],
    ],
    [
      'of the verification alone',
      '{ ... on Certification { impUid merchantUid pgTid pgProvider certified certifiedAt origin } }',
      [],
    ],
  ])('names fields %s once, and only those that are answered', async (_name, selection, fields) => {
    const { gateway, file } = await start();
    const [head, ...fragments] = selection.split(' fragment ');
    const query = [
      `mutation($impUid: ID!, $otp: String!, $no: Boolean = false) { confirmIdentityOtp(impUid: $impUid, otp: $otp) ${head}
        second: __typename @include(if: $no) }`,
      ...fragments,
    ].join(' fragment ');
    await gateway.run(
      query,
      { impUid: 'imp_900200000001', otp: '123456' },
      await callerHeaders('alice', 'certification:ci'),
    );
    expect(linesIn(file)).toMatchObject([{ what: 'confirm', outcome: 'OK', fields }]);
  });

  test('does not name what has no value, or what the caller has no scope for', async () => {
    const { gateway, file } = await start();
    const query = `mutation($impUid: ID!, $otp: String!) { confirmIdentityOtp(impUid: $impUid, otp: $otp) {
      ... on Certification { name gender foreignerV2 birthday uniqueKey uniqueInSite } } }`;
    const variables = { impUid: 'imp_900232000002', otp: '123456' }; // values not known here
    const { body } = await gateway.post({ query, variables }, await callerHeaders('alice'));
    const answered = Object.entries(body.data!['confirmIdentityOtp']!).filter(([, value]) => value !== null);
    expect(answered.length).toBeLessThan(4);
    expect(linesIn(file)).toMatchObject([{ outcome: 'OK', fields: answered.map(([name]) => name).toSorted() }]);
  });

  test('has a line for each certification that entities give, with the fields of all places in the document', async () => {
    const { gateway, file } = await start();
    const any = await callerHeaders('backend', 'certification:read-any');
    const representations = ['imp_900400000001', 'imp_900400000002', 'imp_900400000001', 'x'].map((impUid) => ({
      __typename: 'Certification',
      impUid,
    }));
    const query = `query($representations: [_Any!]!) {
      _entities(representations: $representations) { ... on Certification { name } }
      certification(impUid: "imp_900400000002") { ... on Certification { phone } } }`;
    await gateway.post({ query, variables: { representations } }, any);
    const lines = linesIn(file).toSorted((a, b) => a.fields!.length - b.fields!.length);
    expect(lines).toMatchObject([
      { what: 'read', outcome: 'OK', fields: ['name'] },
      { what: 'read', outcome: 'OK', fields: ['name', 'phone'] },
    ]);
    expect(gateway.calls('GET /certifications/')).toHaveLength(2);
  });

  test('keeps the order of its chain while many operations end at once', async () => {
    const { gateway, file } = await start();
    const alice = await callerHeaders('alice', 'certification:ci');
    const impUids = Array.from({ length: 50 }, (_, index) => `imp_9002000001${String(index).padStart(2, '0')}`);
    await Promise.all(impUids.map((impUid) => gateway.confirm(impUid, '123456', alice)));
    expect(linesIn(file).map(({ seq }) => seq)).toEqual(impUids.map((_, index) => index + 1));
    expect(await auditVerify([file], GUARD_SECRET)).toMatchObject({ ok: true });
  });
});

describe('an access record that cannot be written', () => {
  const failures = async ({ adminUrl }: TestGateway): Promise<string> =>
    /identity_audit_failures_total (\d+)/.exec(await (await fetch(`${adminUrl}/metrics`)).text())![1]!;
  const alarms = (gateway: TestGateway): number => gateway.log().match(/"level":50/g)!.length;

  test('lets no personal data out, and then nothing is sent upstream', async () => {
    const { gateway } = await start({ file: '/dev/full' });
    const alice = await callerHeaders('alice', 'certification:ci', 'certification:delete');
    const first = await gateway.confirm('imp_900200000001', '123456', alice); // found out by this one
    expect(first).toMatchObject({ __typename: 'OutcomeUnknownError', code: 'OUTCOME_UNKNOWN' });
    const before = gateway.calls('').length;
    for (const ended of [
      await gateway.confirm('imp_900200000002', '123456', alice),
      await gateway.run(READ, { impUid: 'imp_900200000001' }, alice),
      await gateway.run(DELETE, { impUid: 'imp_900200000001' }, alice),
      await gateway.run(REQUEST.replace('{ ... on', '{ __typename ... on'), { input: PERSON }, alice),
    ])
      expect(ended['__typename']).toBe('UpstreamError');
    const representations = [{ __typename: 'Certification', impUid: 'imp_900200000001' }];
    const query = `query($representations: [_Any!]!) { _entities(representations: $representations) { ... on Certification { name } } }`;
    const { body } = await gateway.post({ query, variables: { representations } }, alice);
    expect(body).toMatchObject({ errors: [{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }] });
    expect(gateway.calls('').slice(before)).toEqual([]);
    expect([await failures(gateway), alarms(gateway)]).toEqual(['6', 1]);
    expect(gateway.log()).toContain('"reason":"ENOSPC","msg":"the access record cannot be written');
  });

  test('hides no code that was sent, by the request or the resend that finds it out', async () => {
    const { gateway, file: link } = await start({ file: linkTo('/dev/full'), portone: {} });
    const alice = await callerHeaders('alice', 'certification:ci');
    const sent = await gateway.run(REQUEST.replace('{ ... on', '{ __typename ... on'), { input: PERSON }, alice);
    expect(sent).toMatchObject({ __typename: 'IdentityOtpSent', impUid: expect.any(String) });
    relink(link, `${link}.real`);
    const { impUid } = sent;
    await until(
      () => gateway.run(READ, { impUid }, alice),
      ({ code }) => code !== 'UPSTREAM_UNAVAILABLE',
    );
    relink(link, '/dev/full');
    const resend = `mutation($impUid: ID!) { resendIdentityOtp(impUid: $impUid) { __typename ... on IdentityError { code } } }`;
    expect(await gateway.run(resend, { impUid }, alice)).toMatchObject({ __typename: 'IdentityOtpSent' });
    expect(gateway.sandbox.inbox).toHaveLength(2);
  });

  test('uses up no attempt of an owner', async () => {
    const { gateway, file: link } = await start({ file: linkTo('/dev/full') });
    const alice = await callerHeaders('alice', 'certification:ci');
    await gateway.confirm('imp_900200000001', '123456', alice);
    for (let tries = 0; tries < 9; tries += 1)
      expect(await gateway.confirm('imp_900200000002', '000000', alice)).toMatchObject({
        code: 'UPSTREAM_UNAVAILABLE',
      });
    relink(link, `${link}.real`);
    const rejected = await until(
      () => gateway.confirm('imp_900200000002', '000000', alice),
      ({ code }) => code !== 'UPSTREAM_UNAVAILABLE',
    );
    expect(rejected).toMatchObject({ code: 'WRONG_CODE', attemptsRemaining: 4 });
  });

  test('is written again as soon as it can be, with a line that says how many have none', async () => {
    const { gateway, file: link } = await start({ file: linkTo('/dev/full') });
    const alice = await callerHeaders('alice', 'certification:ci');
    await gateway.confirm('imp_900200000001', '123456', alice);
    await gateway.confirm('imp_900200000002', '123456', alice);
    relink(link, `${link}.real`);
    let refused = 2;
    await until(
      () => gateway.run(READ, { impUid: 'imp_900200000001' }, alice),
      ({ code }) => code !== 'UPSTREAM_UNAVAILABLE' || (refused += 1) === 0,
    );
    const lines = linesIn(link);
    expect(lines).toMatchObject([
      { what: 'gap', missed: refused, seq: 1 },
      { what: 'read', outcome: 'OK', fields: ['name'], seq: 2 },
    ]);
    expect(gateway.log()).toContain(`"missed":${refused},"msg":"the access record is written again"`);
    const verified = await auditVerify([link], GUARD_SECRET);
    expect(verified).toMatchObject({
      ok: true,
      message: expect.stringContaining(`${refused} operations have no line`),
    });
  });

  const readyz = async ({ adminUrl }: TestGateway) => {
    const response = await fetch(`${adminUrl}/readyz`);
    const { status, record } = (await response.json()) as { status: string; record: string };
    return [response.status, status, record];
  };

  test('makes the gateway not ready until its line can be written, which readiness tries itself and counts as no operation', async () => {
    const { gateway, file: link } = await start({ file: linkTo('/dev/full') });
    const alice = await callerHeaders('alice', 'certification:ci');
    expect(await readyz(gateway)).toEqual([200, 'ok', 'ok']);
    await gateway.confirm('imp_900200000001', '123456', alice);
    expect(await readyz(gateway)).toEqual([503, 'unavailable', 'unavailable']);
    relink(link, `${link}.real`);
    expect(
      await until(
        () => readyz(gateway),
        ([status]) => status === 200,
      ),
    ).toEqual([200, 'ok', 'ok']);
    expect(linesIn(link)).toMatchObject([{ what: 'gap', missed: 1 }]);
    expect(await failures(gateway)).toBe('1');
  });

  test('with AUDIT_FAILURE=continue is an alarm, and operations are answered', async () => {
    const { gateway } = await start({ file: '/dev/full', failure: 'continue' });
    const alice = await callerHeaders('alice', 'certification:ci');
    for (const impUid of ['imp_900200000001', 'imp_900200000002', 'imp_900200000003'])
      expect(await gateway.confirm(impUid, '123456', alice)).toMatchObject({ name: '홍길동' });
    expect([await failures(gateway), alarms(gateway)]).toEqual(['3', 1]);
    expect(await readyz(gateway)).toEqual([200, 'ok', 'unavailable']);
  });

  test.each([
    ['deleted', (file: string) => rmSync(file), 'DELETED'],
    ['cut', (file: string) => truncateSync(file, 10), 'CHANGED'],
    ['written to', (file: string) => appendFileSync(file, '{}\n'), 'CHANGED'],
  ])('because its file was %s by somebody else is an alarm before the next line', async (_name, harm, reason) => {
    const { gateway, file } = await start();
    const alice = await callerHeaders('alice', 'certification:ci');
    await gateway.confirm('imp_900200000001', '123456', alice);
    harm(file);
    const refused = await gateway.run(READ, { impUid: 'imp_900200000001' }, alice);
    expect(refused).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    expect(gateway.log()).toContain(`"reason":"${reason}"`);
    await until(
      () => gateway.run(READ, { impUid: 'imp_900200000001' }, alice),
      ({ name }) => name === '홍길동',
    );
    expect(linesIn(file).at(-1)).toMatchObject({ what: 'read', seq: 3 });
  });
});

describe('in a server of the host program', () => {
  async function mount(audit: AuditOptions) {
    const sandbox = await createSandbox();
    const logger = { info: () => {}, warn: () => {}, error: () => {} };
    const subgraph = createIdentitySubgraph({ ...testConfig(sandbox.url), logger, audit });
    opened.push(sandbox, subgraph);
    return { sandbox, subgraph };
  }

  const confirmWith = (schema: GraphQLSchema, contextValue: Context, impUid = 'imp_900200000001') =>
    graphql({ schema, source: CONFIRM_EVERYTHING, contextValue, variableValues: { impUid, otp: '123456' } });

  test('an answer waits until the host has taken its line', async () => {
    const taken = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<string>();
    const write = (line: string): Promise<void> => {
      asked.resolve(line);
      return taken.promise;
    };
    const { subgraph } = await mount({ write });
    let isAnswered = false;
    const answer = confirmWith(subgraph.schema, await subgraph.createContext({ headers: {} })).finally(
      () => (isAnswered = true),
    );
    expect(JSON.parse(await asked.promise)).toMatchObject({ who: null, from: null, what: 'confirm', outcome: 'OK' });
    await setImmediate();
    expect(isAnswered).toBe(false);
    taken.resolve();
    expect((await answer).data!['confirmIdentityOtp']).toMatchObject({ name: '홍길동' });
  });

  test('the chain goes on after the last line that the host has kept', async () => {
    const lines: string[] = [];
    const write = (line: string): void => void lines.push(line);
    const first = await mount({ write });
    await confirmWith(first.subgraph.schema, await first.subgraph.createContext({ headers: {} }));
    const second = await mount({ write, last: lines[0]! });
    await confirmWith(second.subgraph.schema, await second.subgraph.createContext({ headers: {} }));
    expect(lines.map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual([1, 2]);
    const file = newFile();
    writeFileSync(file, `${lines.join('\n')}\n`);
    expect(await auditVerify([file], null)).toMatchObject({ ok: true });
  });

  test('a completion whose line the host cannot take withholds the person, and has an unknown outcome', async () => {
    const taken = ['{}']; // the line of the opening
    const write = async (): Promise<void> => {
      if (taken.pop() === undefined) throw new Error('full');
    };
    const { subgraph, sandbox } = await mount({ write });
    const run = async (source: string, variableValues = {}) => {
      const contextValue = await subgraph.createContext({ headers: {} });
      const { data, errors } = await graphql({ schema: subgraph.schema, source, variableValues, contextValue });
      expect(errors).toBeUndefined();
      return Object.values(data!)[0] as Fields;
    };
    const impUid = await passWindow(sandbox.url, await run(OPEN));
    expect(await run(COMPLETE, { impUid })).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
  });

  test('a line that the host cannot take withholds the record, and an error of its own stays its own', async () => {
    const write = async (): Promise<void> => {
      throw Object.assign(new Error('홍길동'), { code: '홍길동' });
    };
    const { subgraph, sandbox } = await mount({ write });
    const context = await subgraph.createContext({ headers: {} });
    const { data } = await confirmWith(subgraph.schema, context);
    expect(data!['confirmIdentityOtp']).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(sandbox.requests.map(({ path }) => path)).toContain('/certifications/otp/confirm/imp_900200000001');
  });

  test('of lines that end at once a host takes each by itself, and the chain goes on after those that it took', async () => {
    const lines: string[] = [];
    const write = async (line: string): Promise<void> => {
      if (lines.length === 1) throw new Error('full');
      lines.push(line);
    };
    const seal = (): string => 'x'.repeat(22);
    const news: AuditNews[] = [];
    const audit = createAudit({ write }, { seal, onNews: (it) => void news.push(it) })!;
    const access = { who: null, from: null, whose: null, what: 'read', outcome: 'OK', fields: [], requestId: 'r' };
    expect(await Promise.all([audit.append(access), audit.append(access)])).toEqual([true, false]);
    await audit.close();
    expect(news.at(-1)).toMatchObject({ kind: 'closed', seq: 1 });
    expect(lines).toHaveLength(1);
  });

  test('a host that never answers keeps no caller for more than five seconds', async () => {
    await holdTimeouts(async (pass) => {
      const asked = Promise.withResolvers<void>();
      const write = (): Promise<never> => {
        asked.resolve();
        return new Promise(() => {});
      };
      const record = createRecord(createChain({ write, end: NO_LINES, seal: String }), () => {});
      const access = { who: null, from: null, whose: null, what: 'read', outcome: 'OK', fields: [], requestId: 'r' };
      const [first, second] = [record.append(access), record.append(access)];
      await asked.promise;
      pass(5_000);
      expect([await first, await second, await record.ready()]).toEqual([false, false, false]);
    });
  });

  test('a place that asks later for more fields of the same certification is a read with a line of its own', async () => {
    const lines: { fields: string[] }[] = [];
    const { subgraph, sandbox } = await mount({ write: (line) => void lines.push(JSON.parse(line)) });
    const { schema } = subgraph;
    const field = schema.getQueryType()!.getFields()['certification']!;
    const resolve = field.resolve!;
    // Middleware of a host: the second place in the document is resolved once the first one is answered.
    field.resolve = async (source, args, context, info) => {
      if (info.path.key !== 'first') await until(() => lines.length > 0);
      return resolve(source, args, context, info);
    };
    const source = `{ first: certification(impUid: "imp_900400000001") { ... on Certification { name } }
      same: certification(impUid: "imp_900400000001") { ... on Certification { name certified } }
      more: certification(impUid: "imp_900400000001") { ... on Certification { phone } } }`;
    const { data } = await graphql({ schema, source, contextValue: await subgraph.createContext({ headers: {} }) });
    expect(data).toMatchObject({ same: { name: '홍길동' }, more: { phone: '01012345678' } });
    expect(lines.map(({ fields }) => fields)).toEqual([['name'], ['phone']]);
    expect(sandbox.requests.filter(({ method }) => method === 'GET')).toHaveLength(2);
  });

  test('a record that the host reads itself is recorded without fields, since it can do anything with it', async () => {
    const lines: unknown[] = [];
    const { subgraph } = await mount({ write: (line) => void lines.push(JSON.parse(line)) });
    const { loaders } = (await subgraph.createContext({ headers: {} })).identity;
    expect(await loaders.certification.load('imp_900400000001')).toMatchObject({ ok: true });
    expect(lines).toMatchObject([{ what: 'read', outcome: 'OK', fields: null }]);
  });

  test('a defect is recorded too, as one', async () => {
    const lines: unknown[] = [];
    const store: AttemptStore = {
      ...createMemoryStore(),
      read: () => {
        throw new TypeError('a defect');
      },
    };
    const sandbox = await createSandbox();
    const logger = { info: () => {}, warn: () => {}, error: () => {} };
    const audit = { write: (line: string) => void lines.push(JSON.parse(line)) };
    const subgraph = createIdentitySubgraph({ ...testConfig(sandbox.url), logger, audit, store });
    opened.push(sandbox, subgraph);
    const { errors } = await confirmWith(subgraph.schema, await subgraph.createContext({ headers: {} }));
    expect(errors).toHaveLength(1);
    expect(lines).toMatchObject([{ what: 'confirm', outcome: 'INTERNAL_SERVER_ERROR', fields: [] }]);
  });
});

function linkTo(target: string): string {
  const link = newFile();
  symlinkSync(target, link);
  return link;
}

function relink(link: string, target: string): void {
  unlinkSync(link);
  symlinkSync(target, link);
}
