import type { ServerResponse } from 'node:http';
import { constants, crc32, deflateRawSync } from 'node:zlib';

/** `half`, `never` and `reset` leave the caller without a whole answer; `late` makes it wait. */
export type Delivery = 'whole' | 'late' | 'half' | 'never' | 'reset';

/** An answer as it goes on the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  readonly delivery: Delivery;
}

/** How long an answer of the delivery `late` takes. */
export const LATE_MS = 30_000;
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

export function delivered(answer: Answer, delivery: Delivery): Answer {
  return { ...answer, delivery };
}

export function htmlError(): Answer {
  const body = '<!DOCTYPE html><html><head><title>502</title></head><body><h1>502 Bad Gateway</h1></body></html>\n';
  return { status: 502, headers: { 'content-type': 'text/html; charset=utf-8' }, body, delivery: 'whole' };
}

export function empty(): Answer {
  return { ...json(200, null), body: '' };
}

/** A whole HTTP answer whose JSON stops in the middle. */
export function truncated(answer: Answer): Answer {
  return { ...answer, body: answer.body.slice(0, Math.floor(answer.body.length / 2)) };
}

/** The text of a field that makes an answer large, though well-formed. */
export function largeText(): string {
  return 'A'.repeat(LARGE_BYTES);
}

const bombs = new Map<string, Buffer>();

/** About 50 kB that decode to 50 MB of JSON: these two texts around one very long one. */
export function gzipBomb(start: string, end: string): Answer {
  const bomb = bombs.get(start) ?? packBomb(Buffer.from(start), Buffer.from(end));
  bombs.set(start, bomb);
  const answer = empty();
  return { ...answer, headers: { ...answer.headers, 'content-encoding': 'gzip' }, body: bomb };
}

/** A gzip file put together from one compressed block, so that the decoded text never exists in this process. */
function packBomb(start: Buffer, end: Buffer): Buffer {
  const block = Buffer.alloc(1_000_000, 'A');
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
