import type { ServerResponse } from 'node:http';
import { constants, crc32, deflateRawSync } from 'node:zlib';

/** `half`, `never` and `reset` leave the caller without a whole answer; `late` makes it wait. */
export type Delivery = 'whole' | 'late' | 'half' | 'never' | 'reset';

/** An answer as it goes on the wire; most are the envelope `{ code, message, response }`. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  readonly delivery: Delivery;
}

const LATE_MS = 30_000;
const LARGE_BYTES = 5_000_000;
const BOMB_BLOCKS = 50;

export function json(status: number, value: unknown, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
    delivery: 'whole',
  };
}

export function success(response: object | null): Answer {
  return json(200, { code: 0, message: null, response });
}

/** The envelope of a failure: code 1 inside an HTTP 200, -1 under any other status. */
export function failure(status: number, message: string, headers: Record<string, string> = {}): Answer {
  return json(status, { code: status === 200 ? 1 : -1, message, response: null }, headers);
}

export function delivered(answer: Answer, delivery: Delivery): Answer {
  return { ...answer, delivery };
}

export function htmlError(): Answer {
  const body = '<!DOCTYPE html><html><head><title>502</title></head><body><h1>502 Bad Gateway</h1></body></html>\n';
  return { status: 502, headers: { 'content-type': 'text/html; charset=utf-8' }, body, delivery: 'whole' };
}

export function empty(): Answer {
  return { ...success(null), body: '' };
}

/** A whole HTTP answer whose JSON stops in the middle. */
export function truncated(response: object): Answer {
  const answer = success(response);
  return { ...answer, body: answer.body.slice(0, Math.floor(answer.body.length / 2)) };
}

/** Large but well-formed: `origin` is where the upstream really does put whole `data:` URLs. */
export function oversized(response: object): Answer {
  return success({ ...response, origin: `data:image/png;base64,${'A'.repeat(LARGE_BYTES)}` });
}

let bomb: Buffer | undefined;

/** About 50 kB that decode to 50 MB. */
export function gzipBomb(): Answer {
  bomb ??= packBomb();
  const answer = success(null);
  return { ...answer, headers: { ...answer.headers, 'content-encoding': 'gzip' }, body: bomb };
}

/** A gzip file put together from one compressed block, so that the decoded text never exists in this process. */
function packBomb(): Buffer {
  const start = Buffer.from('{"code":0,"message":null,"response":{"origin":"');
  const block = Buffer.alloc(1_000_000, 'A');
  const end = Buffer.from('"}}');
  const parts = [start, ...Array<Buffer>(BOMB_BLOCKS).fill(block), end];
  const openEnded = { finishFlush: constants.Z_FULL_FLUSH };
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(parts.reduce((sum, part) => crc32(part, sum), 0));
  trailer.writeUInt32LE(
    parts.reduce((size, part) => size + part.length, 0),
    4,
  );
  return Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]),
    deflateRawSync(start, openEnded),
    ...Array<Buffer>(BOMB_BLOCKS).fill(deflateRawSync(block, openEnded)),
    deflateRawSync(end),
    trailer,
  ]);
}

/** Puts an answer on the wire, `onStatus` telling when its status line goes; nothing waits once the socket is gone. */
export function deliver(answer: Answer, response: ServerResponse, onStatus: (status: number) => void): void {
  const body = Buffer.from(answer.body);
  const head = () => {
    onStatus(answer.status);
    return response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
  };
  switch (answer.delivery) {
    case 'whole':
      head().end(body);
      return;
    case 'late': {
      const timer = setTimeout(() => head().end(body), LATE_MS);
      response.once('close', () => clearTimeout(timer));
      return;
    }
    case 'half':
      head().write(body.subarray(0, body.length / 2));
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'never':
  }
}
