import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { createAuthenticate, header, Unauthenticated, type Authenticate, type RequestHeaders } from './auth.ts';
import type { Caller } from './caller.ts';
import type { AuthConfig } from './config.ts';
import { failure } from './failure.ts';
import { createAnswerBounds } from './graphql/answer-bounds.ts';
import { languageOf, type Context } from './graphql/context.ts';
import { createLoaders } from './graphql/loaders.ts';
import { createOperations } from './graphql/run.ts';
import type { Hmac } from './guard/hmac.ts';
import { failed } from './outcome.ts';
import type { Report } from './report.ts';
import type { Verification } from './verification/verification.ts';

export interface ContextRequest {
  readonly headers: RequestHeaders;
  readonly ip?: string | null | undefined;
  /** When the caller has gone: reads stop, and what changes something goes on. */
  readonly signal?: AbortSignal | undefined;
  /** Names the request in the log; without it `x-request-id` does, where it is well-formed, or a random one. */
  readonly requestId?: string | undefined;
}

interface Shared {
  readonly verification: Verification;
  readonly hmac: Hmac;
  readonly report: Report;
}

/** What a request id may look like: it is written to the log and answered as a header. */
const REQUEST_ID = /^[\w.-]{8,128}$/;

/** Makes the context of a request. Errors: a GraphQLError UNAUTHENTICATED with HTTP status 401 for a token that is wrong. */
export function createContextFactory(
  { auth, maxRepresentations }: { readonly auth: AuthConfig | Authenticate; readonly maxRepresentations: number },
  { verification, hmac, report }: Shared,
): (request: ContextRequest) => Promise<Context> {
  const authenticate = typeof auth === 'function' ? auth : createAuthenticate(auth);

  async function callerOf({ headers, ip = null }: ContextRequest): Promise<Caller | null> {
    try {
      const identity = await authenticate({ headers });
      return identity && { ...identity, ip };
    } catch (error) {
      if (!(error instanceof Unauthenticated)) throw error;
      report.onEvent({ kind: 'refused-caller', reason: error.reason });
      throw new GraphQLError(`${error.message}.`, { extensions: { code: 'UNAUTHENTICATED', http: { status: 401 } } });
    }
  }

  return async (request) => {
    const { headers, signal } = request;
    const caller = await callerOf(request);
    const requestId = request.requestId ?? requestIdOf(headers);
    const facts = {
      requestId,
      traceId: traceIdOf(header(headers, 'traceparent')),
      callerHmac: caller && !caller.isAnonymous ? hmac('caller', caller.subject) : null,
    };
    const operations = createOperations(facts, report.onEvent, report.onOperation);
    const read = async (impUid: string) =>
      operations.run('read', impUid, async () =>
        caller ? verification.read(caller, impUid, signal) : failed(failure('NOT_FOUND')),
      );
    return {
      identity: {
        verification,
        caller,
        requestId,
        ...operations,
        language: languageOf(header(headers, 'accept-language')),
        bounds: createAnswerBounds(maxRepresentations),
        loaders: createLoaders(read),
      },
    };
  };
}

/** The id that a client or a router has given the request, where it is well-formed. */
export function requestIdOf(headers: RequestHeaders): string {
  const given = header(headers, 'x-request-id');
  return given !== undefined && REQUEST_ID.test(given) ? given : randomUUID();
}

/** The trace of a W3C `traceparent` header. */
function traceIdOf(traceparent: string | undefined): string | null {
  return /^[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-[\da-f]{2}$/.exec(traceparent ?? '')?.[1] ?? null;
}
