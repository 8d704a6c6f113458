import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** A span as it was received, with its attributes by name. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly traceState: string | undefined;
  readonly name: string;
  readonly kind: 'INTERNAL' | 'SERVER' | 'CLIENT';
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly isError: boolean;
  /** The ids of the spans that it is linked to. */
  readonly links: readonly string[];
}

export interface OtlpReceiver {
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  /** The attributes of the service that sent them last. */
  readonly resource: () => ReceivedSpan['attributes'];
  /** The headers and the body of every request, as text. */
  readonly requests: readonly { readonly headers: IncomingHttpHeaders; readonly body: string }[];
  /** In place of the ordinary answer. */
  answer: (response: ServerResponse) => unknown;
  close(): Promise<void>;
}

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: number | string; readonly boolValue?: boolean };
}

/** As of opentelemetry-proto in JSON: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Pick<ReceivedSpan, 'traceId' | 'spanId' | 'parentSpanId' | 'traceState' | 'name'> & {
        readonly kind: number;
        readonly attributes: readonly Attribute[];
        readonly status: { readonly code?: number };
        readonly links?: readonly { readonly spanId: string }[];
      })[];
    }[];
  }[];
}

const KINDS = { 1: 'INTERNAL', 2: 'SERVER', 3: 'CLIENT' } as const;

/** An OTLP receiver on a real socket, which takes `POST /v1/traces` in JSON. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const requests: { headers: IncomingHttpHeaders; body: string }[] = [];
  let resource: ReceivedSpan['attributes'] = {};

  function receive(body: string): void {
    for (const { resource: sender, scopeSpans } of (JSON.parse(body) as Export).resourceSpans) {
      resource = byName(sender.attributes);
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
        const { traceId, spanId, parentSpanId, traceState, name, kind, attributes, status, links = [] } = span;
        spans.push({
          traceId,
          spanId,
          parentSpanId,
          traceState,
          name,
          kind: KINDS[kind as keyof typeof KINDS],
          attributes: byName(attributes),
          isError: status.code === 2,
          links: links.map((link) => link.spanId),
        });
      }
    }
  }

  const receiver = {
    url: '',
    spans,
    resource: () => resource,
    requests,
    answer: (response: ServerResponse): unknown =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
    async close() {
      server.closeAllConnections();
      server.close();
      if (server.listening) await once(server, 'close');
    },
  };
  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
    requests.push({ headers: request.headers, body });
    if (request.method === 'POST' && request.url === '/v1/traces') receive(body);
    receiver.answer(response);
  }

  const server = createServer((request, response) => {
    take(request, response).catch(() => response.destroy()); // a process that is killed leaves half a body
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(receiver, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

function byName(attributes: readonly Attribute[]): ReceivedSpan['attributes'] {
  return Object.fromEntries(
    attributes.map(({ key, value: { stringValue, intValue, boolValue } }) => [
      key,
      stringValue ?? boolValue ?? Number(intValue),
    ]),
  );
}
