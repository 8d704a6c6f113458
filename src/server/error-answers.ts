import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply } from 'fastify';
import type { ErrorCode } from '../error-code.ts';

export const MAX_BODY_BYTES = 64 * 1024;

/** On every answer: none may be stored, and none is a page. */
export const SAFE_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** An answer without GraphQL, in the shape of GraphQL's errors. */
export function errorBody(message: string, code: ErrorCode) {
  return { errors: [{ message, extensions: { code } }] };
}

/** Closes the connection as well: a body that was not asked for would be read as the next request. */
export async function refuse(
  reply: FastifyReply,
  status = 400,
  message = 'The request cannot be read.',
): Promise<unknown> {
  return reply
    .code(status)
    .headers({ ...SAFE_HEADERS, connection: 'close' })
    .send(errorBody(message, 'BAD_REQUEST'));
}

/** Answers on the socket itself: what is too slow, too long or no HTTP never becomes a request. Null where nothing was answered. */
export function refuseSocket({ code }: { code: string }, socket: Socket): number | null {
  // The response that node is sending on this socket: words of ours would be read as a part of it.
  const { _httpMessage: due } = socket as { _httpMessage?: ServerResponse | null };
  if (!socket.writable || due?.req.complete) {
    socket.destroy();
    return null;
  }
  const [status, message] = NO_REQUEST[code] ?? ['400 Bad Request', 'The request cannot be read.'];
  const body = JSON.stringify(errorBody(message, 'BAD_REQUEST'));
  const headers = {
    ...SAFE_HEADERS,
    'content-type': 'application/json',
    'content-length': body.length,
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n${body}`);
  socket.once('finish', () => socket.destroy()); // a client that is slow is slow to hang up, too
  return Number.parseInt(status, 10);
}

const NO_REQUEST: Readonly<Record<string, readonly [status: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request took too long to arrive.'],
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The headers are too long.'],
};

/** Our own words: the framework's can quote the body. */
export function clientMistake(status: number): string {
  if (status === 413) return `The body is larger than ${MAX_BODY_BYTES} bytes.`;
  if (status === 415) return 'Send content-type application/json.';
  return 'The body is not JSON.';
}
