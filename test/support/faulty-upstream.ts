import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

/** Does something with one call about an impUid, in place of an answer. */
export type Fault = (response: ServerResponse, impUid: string, nth: number) => unknown;

/** One call as it was heard. */
export interface Heard {
  /** As "METHOD path". */
  readonly call: string;
  readonly headers: IncomingHttpHeaders;
  /** The body; null without one. */
  readonly json: unknown;
  /** What the address names after its path; absent where it names nothing. */
  readonly query?: string | undefined;
}

export interface FaultyUpstream {
  readonly url: string;
  /** What happens to calls about verifications, and to log-ins; null is an ordinary answer. */
  fault: Fault | null;
  loginFault: Fault | null;
  /** Every call, as "METHOD path". */
  readonly calls: string[];
  /** The same with what was sent. */
  readonly heard: Heard[];
  /** How many connections are open. */
  connections(): Promise<number>;
  close(): Promise<void>;
}

export function envelope(status: number, body: unknown): Fault {
  return (response) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

export const refusal = (status: number, message: string): Fault =>
  envelope(status, { code: -1, message, response: null });
/** A refusal of the provider as PortOne V2 has it. */
export const refusalV2 = (pgMessage: string, pgCode = '', status = 502): Fault =>
  envelope(status, { type: 'PG_PROVIDER', message: 'PG', pgCode, pgMessage });
/** An error of PortOne V2 itself. */
export const errorV2 = (status: number, type: string): Fault => envelope(status, { type, message: '오류' });
/** What PortOne V2 answers about a verification with these fields, the answer of a confirm and of a send included. */
export const verification =
  (fields: object): Fault =>
  (response, id, nth) => {
    const record = { status: 'READY', id, channel: { pgProvider: 'DANAL' }, ...fields };
    const { url = '' } = response.req;
    const body = url.endsWith('/confirm') ? { identityVerification: record } : url.endsWith('/send') ? {} : record;
    return envelope(200, body)(response, id, nth);
  };
export const plain =
  (status: number, body: string): Fault =>
  (response) =>
    response.writeHead(status).end(body);
export const bomb: Fault = (response) =>
  response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(4 * 1024 * 1024, 32)));
export const reset: Fault = (response) =>
  (response.socket as { resetAndDestroy?: () => void } | null)?.resetAndDestroy?.();
export const end: Fault = (response) => response.socket?.destroy();
export const hang: Fault = () => {};
export const stall: Fault = (response) => {
  response.writeHead(200, { 'content-length': '500' });
  response.write('{"code":0,');
};
export const short: Fault = (response) => {
  stall(response, '', 1);
  response.socket?.end();
};

/** The id in a path of PortOne V2, which has a call of its own for what V1 does at other paths. */
const V2_PATH = /^\/identity-verifications\/([^/?]+)(?:\/(send|resend|confirm))?(?:\?|$)/;

/** A healthy answer: a wrong code, or a record that is not certified; V2 also sends codes. */
function healthy(method: string | undefined, response: ServerResponse, impUid: string): unknown {
  const v2 = V2_PATH.exec(response.req.url ?? '');
  if (v2?.[2] === 'confirm') return refusalV2('인증번호 불일치', '9013')(response, impUid, 1);
  if (v2) return (v2[2] === 'resend' ? envelope(200, {}) : verification({}))(response, impUid, 1);
  if (method === 'POST') return refusal(200, '[9013] 인증번호 불일치')(response, impUid, 1);
  const record = {
    imp_uid: impUid,
    pg_provider: 'danal',
    foreigner: false,
    certified: false,
    birth: 0,
    certified_at: 0,
  };
  return envelope(200, { code: 0, message: null, response: record })(response, impUid, 1);
}

/** An upstream on a real socket that goes wrong in one way at a time. */
export async function startFaultyUpstream(): Promise<FaultyUpstream> {
  const state = {
    fault: null as Fault | null,
    loginFault: null as Fault | null,
    calls: [] as string[],
    heard: [] as Heard[],
  };
  const login = {
    code: 0,
    message: null,
    response: { access_token: 't', now: Math.floor(Date.now() / 1000), expired_at: 4_000_000_000 },
  };

  function answer(request: IncomingMessage, text: string, response: ServerResponse): unknown {
    const { method, headers } = request;
    const [url = '', query] = request.url!.split('?');
    const json = text === '' ? null : (JSON.parse(text) as unknown);
    state.calls.push(`${method} ${url}`);
    state.heard.push({ call: `${method} ${url}`, headers, json, query });
    const nth = state.calls.filter((call) => call === `${method} ${url}`).length;
    const impUid = V2_PATH.exec(url)?.[1] ?? url.split('/').at(-1)!;
    if (url === '/users/getToken') return (state.loginFault ?? envelope(200, login))(response, impUid, nth);
    return state.fault ? state.fault(response, impUid, nth) : healthy(method, response, impUid);
  }

  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => answer(request, text, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () =>
      new Promise<number>((resolve, reject) => {
        server.getConnections((error, open) => (error ? reject(error) : resolve(open)));
      }),
    async close() {
      server.closeAllConnections();
      server.close();
      if (server.listening) await once(server, 'close');
    },
  });
}
