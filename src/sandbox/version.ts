import type { IncomingHttpHeaders } from 'node:http';
import type { Answer } from './answers.ts';
import type { Entry } from './entry.ts';
import type { Form, Refusal } from './refusals.ts';

export type CallKind = 'request' | 'confirm' | 'read' | 'remove';

/** Only required fields, null elsewhere, values that nobody expects, or a status that nobody knows. */
export type Shape = 'absent' | 'null' | 'unusual' | 'status';

/** How one version of the API, V1 or V2, writes its answers. What happens is the same in both. */
export interface ApiVersion {
  /** The answer of a call that worked; a certified record has this shape. */
  success(entry: Entry, kind: CallKind, shape?: Shape): Answer;
  /** A success without what it should carry. */
  nothing(kind: CallKind): Answer;
  /** A success of 5 MB. */
  oversized(entry: Entry, kind: CallKind): Answer;
  /** A success of 50 MB, as 50 kB of gzip. */
  bomb(): Answer;
  refuse(refusal: Refusal, form: Form): Answer;
  /** A refusal under a status of its own. */
  refuseUnder(status: number, refusal: Refusal): Answer;
  unauthorized(): Answer;
  notFound(): Answer;
  tooMany(): Answer;
  tooLarge(): Answer;
  crashed(): Answer;
}

/** One call as the routes get it. */
export interface Call {
  /** The group of the route's path, or empty. */
  readonly id: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: RegExp;
  readonly version: ApiVersion;
  readonly answer: (call: Call) => Answer;
}
