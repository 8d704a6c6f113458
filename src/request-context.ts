import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import type { Audit } from './audit/audit.ts';
import { createAuthenticate, header, Unauthenticated, type Authenticate, type RequestHeaders } from './auth.ts';
import type { Caller } from './caller.ts';
import type { AuthConfig } from './config.ts';
import type { ErrorCode } from './error-code.ts';
import { failure } from './failure.ts';
import { createAnswerBounds } from './graphql/answer-bounds.ts';
import { languageOf, type Context, type Run } from './graphql/context.ts';
import { createLoaders } from './graphql/loaders.ts';
import { createRecorded } from './graphql/recorded.ts';
import { createOperations } from './graphql/run.ts';
import { createSelections, NO_SELECTIONS } from './graphql/selections.ts';
import type { Hmac } from './guard/hmac.ts';
import { failed } from './outcome.ts';
import type { Proofs } from './proofs/proofs.ts';
import type { Report } from './report.ts';
import { parentOf } from './traces.ts';
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
  /** The access record, null where it is off. */
  readonly audit: Audit | null;
  readonly proofs: Proofs;
}

/** What a request id may look like: it is written to the log and answered as a header. */
const REQUEST_ID = /^[\w.-]{8,128}$/;

/** Makes the context of a request. Errors: a GraphQLError UNAUTHENTICATED with HTTP status 401 for a token that is wrong. */
export function createContextFactory(
  { auth, maxRepresentations }: { readonly auth: AuthConfig | Authenticate; readonly maxRepresentations: number },
  { verification, hmac, report, audit, proofs }: Shared,
): (request: ContextRequest) => Promise<Context> {
  const authenticate = typeof auth === 'function' ? auth : createAuthenticate(auth);

  async function callerOf({ headers, ip = null }: ContextRequest): Promise<Caller | null> {
    try {
      const identity = await authenticate({ headers });
      return identity && { ...identity, ip };
    } catch (error) {
      if (!(error instanceof Unauthenticated)) throw error;
      report.onEvent({ kind: 'refused-caller', reason: error.reason });
      const code: ErrorCode = 'UNAUTHENTICATED';
      throw new GraphQLError(`${error.message}.`, { extensions: { code, http: { status: 401 } } });
    }
  }

  return async (request) => {
    const { headers, signal, ip = null } = request;
    const parent = parentOf(header(headers, 'traceparent'), header(headers, 'tracestate'));
    const caller = await callerOf(request);
    const requestId = request.requestId ?? requestIdOf(headers);
    const facts = {
      requestId,
      callerHmac: caller && !caller.isAnonymous ? hmac('caller', caller.subject) : null,
    };
    const selections = audit ? createSelections() : NO_SELECTIONS;
    const runOne: Run = audit
      ? createRecorded(audit, hmac, { ...facts, caller, ip, selections, proofs })
      : (_call, _impUid, work) => work();
    const operations = createOperations(facts, parent, report.onEvent, report.onOperation, runOne);
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
        selections,
        proofs,
        onMissing: (setting) => report.onEvent({ kind: 'missing-setting', setting }),
      },
    };
  };
}

/** The id that a client or a router has given the request, where it is well-formed. */
export function requestIdOf(headers: RequestHeaders): string {
  const given = header(headers, 'x-request-id');
  return given !== undefined && REQUEST_ID.test(given) ? given : randomUUID();
}
