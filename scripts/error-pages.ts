// The sentences of docs/errors, one entry for each code: a code without its sentences does not compile.
import type { ApolloServerErrorCode } from '@apollo/server/errors';
import type { ErrorCode } from '../src/error-code.ts';
import type { FailureCode } from '../src/failure.ts';

/** A failure in a result union. */
export interface FailurePage {
  readonly cause: string;
  /** What the app does next. */
  readonly app: string;
  /** Whether the attempt, or the request, was counted, and whether the same call can be repeated. */
  readonly counts: string;
  readonly operator: string;
  readonly settings: readonly string[];
  /** The fields that answer it, where they are fewer than those whose union has its type. */
  readonly fields?: readonly string[];
}

/** A code of `errors[]`, which the app's developer reads, and not a person. */
export interface ErrorPage {
  /** Of the HTTP answer. */
  readonly status: string;
  readonly cause: string;
  readonly app: string;
  readonly operator: string;
  readonly settings: readonly string[];
}

/** Of Apollo Server's codes, `PERSISTED_QUERY_NOT_FOUND` cannot be met: its store of documents is off. */
export type RequestCode = ErrorCode | Exclude<`${ApolloServerErrorCode}`, 'PERSISTED_QUERY_NOT_FOUND'>;

const REQUEST_COUNTED =
  'The request counts in all limits, for it reached the provider. Send another only when the person asks for it: each one that succeeds is a message and a cost.';
const REFUSED_COUNTED =
  'A confirm that the provider refused so counts as one attempt, and a request for a code counts in all limits.';
const GIVEN_BACK =
  'Nothing was processed: the attempt of a confirm is given back. A request for a code that was not sent is given back to its phone and to the total, and counts for the caller and the address.';

const REFUSED =
  'The line `a request was refused` with `requestId`, `status` and `code`, at `info`, and `identity_refused_requests_total`. Such a request never becomes an operation.';

const LIMITS_OF_REQUESTS = [
  'LIMIT_REQUESTS_PER_PHONE',
  'LIMIT_REQUESTS_PER_CALLER',
  'LIMIT_REQUESTS_PER_IP',
  'LIMIT_REQUESTS',
];
const CHANNELS = ['IAMPORT_CHANNEL_KEY', 'PORTONE_CHANNEL_KEY'];
const LIMITS_OF_CONFIRMS = ['LIMIT_CONFIRMS_PER_CALLER', 'LIMIT_CONFIRMS_PER_IP'];

export const FAILURES: Readonly<Record<FailureCode, FailurePage>> = {
  INVALID_INPUT: {
    cause:
      'An argument or a field of the input breaks its rule. `fields` names every one of them. Also: `confirmIdentityOtp` for a verification by app, `confirmIdentityApp` for one by SMS, or either for a window. Nothing was sent to the provider.',
    app: 'Show each message at its field and let the person correct it. For the wrong kind of confirm call the other field. In `_entities` the entry is null and `errors[]` has this code once.',
    counts:
      'No attempt is used and no message is sent. The same call, unchanged, fails again. The wrong kind of confirm counts in the limits of confirms.',
    operator:
      'Many of them after a release of the app: its form lets something through. The value is neither answered nor logged.',
    settings: [],
  },
  WRONG_CODE: {
    cause:
      'The provider says that the code is wrong, or answers an SMS confirm with a record that is not certified. A code that was called wrong before is answered so from memory, without a call to the provider.',
    app: 'Let the person type again while `attemptsRemaining` is above 0. At 0 ask for a new code with `requestIdentityOtp`: the message then says so.',
    counts:
      'One of the five attempts is used. The same wrong code again uses none. Never send another code without the person.',
    operator: 'Many of one `callerHmac` are a [guessing attack](../operating.md#a-guessing-attack).',
    settings: LIMITS_OF_CONFIRMS,
  },
  CODE_REJECTED: {
    cause:
      'The provider refused the code in words that the gateway does not know. The gateway read the record, and it is not certified: the code can be wrong, or its time can be over.',
    app: 'Show the message, and offer both: to type again while `attemptsRemaining` is above 0, and a new code.',
    counts:
      'One of the five attempts is used. The same code can be sent again, and is then another attempt: it is not known to be wrong.',
    operator:
      'Find the line about words that are not known here, and [teach the gateway](../refusals.md#teaching-the-gateway) what they mean.',
    settings: ['REFUSALS_FILE'],
  },
  CODE_EXPIRED: {
    cause: 'The provider says that the time for the code is over.',
    app: 'Ask for a new code with `requestIdentityOtp`, and use its new impUid.',
    counts:
      'This verification has ended: `attemptsRemaining` is 0, and each further code is answered so without a call to the provider.',
    operator:
      'Single ones are usual. Many at once: messages may arrive late; compare the times of the lines `request` and `confirm` of one impUid.',
    settings: [],
  },
  TOO_MANY_ATTEMPTS: {
    cause:
      'Five codes were sent for this verification, counted here, or the provider says that it takes no more codes or messages for it.',
    app: 'Ask for a new code with `requestIdentityOtp`, and use its new impUid.',
    counts:
      'No further code of this impUid is sent to the provider. Attempts whose answer was lost are among the five.',
    operator:
      'Single ones are usual. Many of one `callerHmac` are a [guessing attack](../operating.md#a-guessing-attack).',
    settings: LIMITS_OF_CONFIRMS,
  },
  ALREADY_CERTIFIED: {
    cause:
      'The verification was completed before: by this caller with another code or more than ten minutes ago, or by somebody else. Its data is not handed out for a code.',
    app: 'Read `certification(impUid)`: a caller that completed it can read it for an hour. Where that is NOT_FOUND, start again with `requestIdentityOtp`.',
    counts:
      'The verification has ended. The code that was right can be repeated by its own caller for ten minutes, and then answers the certification.',
    operator: 'Many of them: the app confirms again what it has, or impUids of another system are tried.',
    settings: ['UNISSUED_IMP_UIDS'],
  },
  APP_NOT_APPROVED: {
    cause: 'The person cancelled in the verification app, or the verification failed there.',
    app: 'Start again with `requestIdentityOtp`, with `method: SMS` if the person prefers that.',
    counts: 'This verification has ended: each further call is answered so without a call to the provider.',
    operator: 'Nothing to do: the person decided.',
    settings: [],
  },
  RESEND_UNAVAILABLE: {
    cause:
      'No message can be sent again for this verification: it was requested at iamport (PortOne V1), which has no such call, or it is approved in an app, or it was requested elsewhere.',
    app: 'Send the same `requestIdentityOtp` again once the person asks for it. A code that has arrived can still be confirmed until then.',
    counts: 'Nothing was sent and nothing is counted.',
    operator: 'Nothing to do. On PortOne V1 every `resendIdentityOtp` is answered so.',
    settings: ['PORTONE_API_SECRET'],
  },
  WINDOW_NOT_COMPLETED: {
    cause:
      "The window is this caller's and can be completed, and the provider's record of it is not certified: the person has closed it, failed in it, or never seen it.",
    app: 'Open the window again with the same id until `expiresAt`, or call `openIdentityWindow` for a new one. Then call `completeIdentityWindow` again: do not poll.',
    counts: 'Nothing is used up: the window can be completed later. The call counts in the limits of confirms.',
    operator:
      'Single ones are usual: people close windows. Many of them: the page calls before the script has told it that the person is certified.',
    settings: ['IAMPORT_MERCHANT_CODE'],
  },
  IN_PROGRESS: {
    cause:
      'Another code for the same impUid is on its way; or the person has not approved in the app yet; or the provider says that another verification of this person runs.',
    app: 'Wait until `retryAt`, or some seconds where it is null, then send the same call again. For the app ask the person to approve first: do not poll.',
    counts:
      'Nothing is counted where `retryAt` is set. Where it is null the provider was asked, and one of the five attempts is used.',
    operator:
      'Single ones are usual. `upstreamEnd` null: the gateway kept a second code out; `IN_PROGRESS`: the provider said so; `ok`: not approved in the app yet.',
    settings: ['CONFIRM_TIMEOUT_MS'],
  },
  IDENTITY_MISMATCH: {
    cause:
      'Name, birthday, gender, number or network are not what the carrier knows. The provider does not tell which, and a budget line (알뜰폰) chosen as an ordinary one is among them. A refusal with status 400 in unknown words is taken for this.',
    app: 'Show the form again with the message. Ask to check the network first: `SKT` and `SKT_MVNO` are not the same.',
    counts: REQUEST_COUNTED,
    operator: 'Single ones are usual. All of them at once: a release of the app sends a field wrongly.',
    settings: ['LIMIT_REQUESTS_PER_PHONE'],
  },
  LINE_BLOCKED: {
    cause: 'The person has blocked verification on their line, in the PASS app or in the app of the carrier.',
    app: 'Tell the person to lift the block there, then ask again. Another line can be used instead.',
    counts: REQUEST_COUNTED,
    operator: 'Nothing to do: only the person can lift the block.',
    settings: ['LIMIT_REQUESTS_PER_PHONE'],
  },
  LINE_NOT_ELIGIBLE: {
    cause: 'The line is suspended, prepaid or owned by a company.',
    app: 'Ask for another line, or offer another way to verify. The same line fails again.',
    counts: REQUEST_COUNTED,
    operator: 'Nothing to do: the carrier decides.',
    settings: ['LIMIT_REQUESTS_PER_PHONE'],
  },
  AGE_NOT_ALLOWED: {
    cause: 'The provider says that this service is not set up to verify people of this age.',
    app: 'Lead to the support of the service. Another line does not help.',
    counts: REQUEST_COUNTED,
    operator: 'If people of this age should be verified, ask PortOne which ages the channel allows.',
    settings: CHANNELS,
  },
  SMS_REQUIRED: {
    cause: 'The verification app cannot be used by this person or on this device.',
    app: 'Ask again with `method: SMS`.',
    counts: REQUEST_COUNTED,
    operator: 'Nothing to do, unless all requests by app end so: then the channel does not offer it.',
    settings: [...CHANNELS, 'LIMIT_REQUESTS_PER_PHONE'],
  },
  APP_REQUIRED: {
    cause: 'The line needs the PASS app, and it is not installed or the person has not joined.',
    app: 'Tell the person to install PASS and join, then ask again with `method: APP` where the channel offers it.',
    counts: REQUEST_COUNTED,
    operator: 'Nothing to do, unless all requests end so: then ask PortOne how the channel verifies.',
    settings: [...CHANNELS, 'LIMIT_REQUESTS_PER_PHONE'],
  },
  NOT_FOUND: {
    cause:
      "For this caller there is no such verification: the impUid is unknown, another caller's, or forgotten. Ownership ends an hour after the last attempt, at a restart without Redis and without `STORE_FILE`, and at a change of `GUARD_SECRET`. The provider can say so, too. For `completeIdentityWindow`: the certification was not made in a window that this caller opened in the last 15 minutes and has not completed before. All of these have the same answer.",
    app: 'Start again with `requestIdentityOtp` or `openIdentityWindow`. If it appears right after a request, compare the `sub` of both tokens: the same one must request and confirm.',
    counts:
      'No attempt is used where the gateway answers it. Once the provider has said so in a confirm, each further one is answered so without a call.',
    operator:
      '`upstreamCalls` 0: the gateway decided; all at once after a restart: attempts are in memory, or the secret changed. Reads after an hour need `certification:read-any`.',
    settings: ['UNISSUED_IMP_UIDS', 'REDIS_URL', 'STORE_FILE', 'GUARD_SECRET'],
  },
  RATE_LIMITED: {
    cause:
      'A limit of this gateway was reached, and `retryAt` says when it ends; or the same request was sent a moment ago and may not be sent again until `retryAt`, since its answer was lost or its verification has ended; or the provider takes no more calls, and `retryAt` is null.',
    app: 'Disable the button until `retryAt`, or for some minutes where it is null. Do not call before.',
    counts:
      'A limit of the gateway counts nothing and sends nothing. Where the provider refused, the attempt or the request is counted.',
    operator:
      'The line `a limit was reached` names the limit and its key; `the provider limits or blocks` is the provider. See [SMS pumping](../operating.md#sms-pumping) and [the provider blocks us](../operating.md#the-provider-blocks-us).',
    settings: [...LIMITS_OF_REQUESTS, ...LIMITS_OF_CONFIRMS, 'LIMIT_SHADOW', 'TRUST_PROXY'],
  },
  OUTCOME_UNKNOWN: {
    cause:
      'The call was sent, and its answer was lost: a deadline, a broken connection, or an answer that cannot be read. It may have worked. After a confirm the gateway has read the record as well, and it did not show a certification, or could not be read. `completeIdentityWindow` answers it where the window was used up and the access record could not take its line, and `resendIdentityOtp` where the provider sends nothing after such a confirm, which may be because it worked.',
    app: 'After a confirm or a completed window read `certification(impUid)` in a moment; where it is not certified, send the same code again. After a resend do so as well, and let the person type the code that may come. After a request offer a new code in a minute. After a deletion delete again.',
    counts:
      'The attempt is used where a code was sent, and a request is counted in all limits. The same code can be repeated safely: the gateway looks before it sends. A code of the lost request cannot be used if it arrives.',
    operator:
      'Single ones are usual. Many: see [the upstream is down](../operating.md#the-upstream-is-down-or-out-of-reach) and [a slow carrier](../operating.md#a-slow-carrier).',
    settings: ['CONFIRM_TIMEOUT_MS', 'READ_TIMEOUT_MS'],
  },
  UPSTREAM_UNAUTHORIZED: {
    cause:
      "PortOne V1 refuses the gateway's key and secret at the log-in, or refuses the token that it has just given out; or PortOne V2 refuses the secret, which each call carries.",
    app: 'Apologise and offer another way to verify. Waiting does not help until the operator has acted.',
    counts: GIVEN_BACK,
    operator: 'Act now: see [a wrong API key or secret](../operating.md#a-wrong-api-key-or-secret).',
    settings: ['IAMPORT_API_KEY', 'IAMPORT_API_SECRET', 'PORTONE_API_SECRET'],
  },
  UPSTREAM_UNAVAILABLE: {
    cause:
      'The provider cannot be reached, its breaker is open, it reports an error of its own, or the store of attempts does not answer: without it nothing can be counted.',
    app: 'Apologise, and let the person try again later; with the same code while it is valid.',
    counts: `After a \`reason\` of the table below nothing was processed, and the attempt of a confirm is given back. After a \`class\`: ${REFUSED_COUNTED.replace(/^A/, 'a')}`,
    operator:
      'Look at `upstreamEnd`: a reason or a class is the provider; null is the store, and `identity_store_up` is 0. See [the upstream is down](../operating.md#the-upstream-is-down-or-out-of-reach) and [Redis is down](../operating.md#redis-is-down).',
    settings: ['CONNECT_TIMEOUT_MS', 'BREAKER_MIN_RPS', 'READ_TRIES', 'HTTPS_PROXY', 'REDIS_URL'],
  },
  UPSTREAM_TIMEOUT: {
    cause: 'The provider did not answer a read in time. A call that changes something is OUTCOME_UNKNOWN instead.',
    app: 'Read again in a moment. Reads change nothing.',
    counts: 'Nothing is counted: a read can be repeated at any time.',
    operator: 'See [a slow carrier](../operating.md#a-slow-carrier).',
    settings: ['READ_TIMEOUT_MS'],
    fields: ['certification'],
  },
  UPSTREAM_MAINTENANCE: {
    cause: 'The carrier or the provider says that it is closed for maintenance.',
    app: 'Show the message, and let the person try again later. A line of another carrier may work.',
    counts: `${REFUSED_COUNTED} The same code can be sent again while it is valid.`,
    operator: 'Wait: see [maintenance](../operating.md#maintenance).',
    settings: [],
  },
  UPSTREAM_REJECTED: {
    cause:
      'The provider refused for a reason that makes no sense for this call, or in words that the gateway does not know. `providerCode` has its own code where it gave one. `deleteCertification` for a verification of PortOne V2 is answered so: it has no such call.',
    app: 'Start a new verification. Show `providerCode` small, for the support desk of the provider.',
    counts: REFUSED_COUNTED,
    operator:
      'Look at `providerCode` and `upstreamEnd` of the line. Unknown words can be [taught](../refusals.md#teaching-the-gateway).',
    settings: ['REFUSALS_FILE'],
  },
  UPSTREAM_MISCONFIGURED: {
    cause:
      "The provider says that the merchant's contract or channel is not set up for this call, or that the request is malformed. `openIdentityWindow` is answered so without a setting that the window needs, which the log names, and a request for a code at PortOne V2 where the address of the person is not known.",
    app: 'Apologise and offer another way to verify. Waiting does not help until the operator has acted.',
    counts: REFUSED_COUNTED,
    operator: 'Act now: see [the merchant is not set up](../operating.md#the-merchant-is-not-set-up).',
    settings: [
      'IAMPORT_CHANNEL_KEY',
      'IAMPORT_BYPASS',
      'IAMPORT_MERCHANT_CODE',
      'PORTONE_STORE_ID',
      'PORTONE_CHANNEL_KEY',
      'PORTONE_BYPASS',
      'TRUST_PROXY',
    ],
  },
  UPSTREAM_BAD_RESPONSE: {
    cause:
      'Something answered that is not the provider as it is known: a redirect, a block, a page of HTML, half of an answer, or a record of another verification. A confirm, a request and a deletion are answered so only where that says that they were not processed, or where another system answered in the place of the provider.',
    app: 'Let the person try again later. A read can be repeated at any time; the same code can be sent again, since the gateway looks before it sends.',
    counts:
      'The attempt of a confirm stays used after a redirect or a block (`strange`), and is given back where the call was turned away unprocessed (`turned-away`). A request counts in all limits.',
    operator: 'See [something else answers](../operating.md#something-else-answers).',
    settings: ['IAMPORT_BASE_URL', 'PORTONE_BASE_URL', 'HTTPS_PROXY', 'NO_PROXY'],
  },
  OVERLOADED: {
    cause:
      'Too many calls wait for the provider already, or the call has waited in the queue for half of its time; or the store of attempts, in memory or in a file, has no room for a new verification. Nothing was sent.',
    app: 'Wait some seconds, then send the same call again.',
    counts: GIVEN_BACK,
    operator:
      '`upstreamEnd` `overload`: the calls to the provider are slow or too many, see [a slow carrier](../operating.md#a-slow-carrier). Null, with `identity_store_full_total`: more than 100,000 verifications and windows within 16 minutes; use Redis.',
    settings: ['UPSTREAM_PARALLEL', 'UPSTREAM_QUEUE', 'REDIS_URL'],
  },
};

export const ERRORS: Readonly<Record<RequestCode, ErrorPage>> = {
  UNAUTHENTICATED: {
    status: '401 for a token or a router secret that is wrong or has expired, 200 without a token',
    cause:
      'The request has no token where one is needed, or a token that is not valid, or did not come through the router.',
    app: 'Get a new token and send the call once more. Nothing was processed.',
    operator:
      'For a wrong one the line `a caller was refused` with its `reason`, and `identity_refused_callers_total`. A request without a token is not counted. See [a wrong AUTH_SECRET](../operating.md#a-wrong-auth_secret-or-key).',
    settings: ['AUTH_JWKS_URL', 'AUTH_PUBLIC_KEY', 'AUTH_SECRET', 'AUTH_ISSUER', 'AUTH_AUDIENCE', 'ROUTER_SECRET'],
  },
  FORBIDDEN: {
    status: '200',
    cause:
      'The token lacks a scope: `certification:ci` for `uniqueKey` and `uniqueInSite`, `certification:delete` for `deleteCertification`. A field of a certification is then null, and all others are answered.',
    app: 'Leave the field out, or ask with a token that has the scope: those are for backends.',
    operator: 'No line of its own. Scopes are read from `scope` and `scp` of the token.',
    settings: [],
  },
  BAD_REQUEST: {
    status: '400, or 406, 408, 413, 415, 417, 431 as the message says; 200 never',
    cause:
      'The HTTP request cannot be read: it is no JSON, too large, too slow, a batch, without `query`, or of a kind that a foreign page could send.',
    app: 'Send one operation as POST with `content-type: application/json`, at most 64 kB.',
    operator: `${REFUSED} The \`requestId\` is null where not even the headers could be read.`,
    settings: ['CLIENT_TIMEOUT_MS'],
  },
  BAD_USER_INPUT: {
    status: '400 for a variable, 200 for what is found while a field is executed',
    cause:
      'A variable or an argument is missing or has another type than the schema says. Also: the `audience` of `personId` or `proof` is empty, longer than 100 characters, or has other characters than visible ASCII; the field is then null, and all others are answered.',
    app: 'Correct the call. The message names the variable or the field, and never its value.',
    operator: `With status 400: ${REFUSED} With status 200 there is no line of its own.`,
    settings: [],
  },
  UNTRUSTED_DOCUMENT: {
    status: '400',
    cause: 'Only listed documents run here, and this one, or its id, is not in the list.',
    app: 'Send a document of the list, or its id. After a release of the app add its documents to the list first.',
    operator: `${REFUSED} Compare the file with the documents of the app; it is read at start.`,
    settings: ['TRUSTED_DOCUMENTS'],
  },
  NOT_FOUND: {
    status: '404',
    cause:
      'GraphQL is served at `/graphql` alone; `ADMIN_PORT` serves `/livez`, `/readyz` and `/metrics`. The keys of proofs are at `/.well-known/jwks.json`, where there are any.',
    app: 'Correct the URL.',
    operator: `${REFUSED} The port of \`ADMIN_PORT\` writes and counts none. Look at the path that the load balancer sends.`,
    settings: ['PORT', 'ADMIN_PORT', 'PROOF_PRIVATE_KEY'],
  },
  METHOD_NOT_ALLOWED: {
    status: '405',
    cause: 'The request was a GET. A query in an address ends up in logs of proxies.',
    app: 'Send GraphQL as POST.',
    operator: REFUSED,
    settings: [],
  },
  NOT_CONFIGURED: {
    status: '200',
    cause:
      'The gateway has no key for `personId` or `proof`. The field is null, and all others are answered. Nothing was lost: the person is certified, and `certification(impUid)` can be read again for an hour.',
    app: 'Ask the operator of the gateway for the setting. Until then leave the field out.',
    operator:
      'One warning per setting after each start, with the name of the setting: `a client asks for a field that needs a setting`. [Proofs](../proofs.md) says how to make the keys.',
    settings: ['PERSON_ID_KEY', 'PROOF_PRIVATE_KEY', 'PROOF_ISSUER'],
  },
  INVALID_INPUT: {
    status: '200',
    cause:
      'A reference in `_entities` has no well-formed `impUid`. Its entry is null, and the error stands once for all of them.',
    app: 'Correct the keys that the other subgraph answers.',
    operator: 'No line.',
    settings: [],
  },
  UNKNOWN_ENTITY: {
    status: '200',
    cause:
      'A reference in `_entities` names another type than `Certification`. Its entry is null, and the error stands once for all of them.',
    app: 'Compose the supergraph anew: the router believes in another schema than this gateway has.',
    operator: 'No line.',
    settings: [],
  },
  TOO_MANY_REFERENCES: {
    status: '200',
    cause: 'The request has more references in `_entities` than one request may resolve. The first ones are answered.',
    app: 'Ask for fewer, or let the router dedupe them.',
    operator: 'No line. The bound can be raised.',
    settings: ['MAX_REPRESENTATIONS'],
  },
  ANSWER_TOO_LARGE: {
    status: '200',
    cause: 'The texts of the answer are larger than 600 kB in all. Those beyond are null.',
    app: 'Ask for fewer records or fields; `origin` is the longest.',
    operator: 'No line.',
    settings: [],
  },
  MORE_ERRORS: {
    status: 'as without it',
    cause: 'The answer has more than ten errors. This one is the last, and says how many are left out.',
    app: 'Correct those that are told first.',
    operator: 'No line.',
    settings: [],
  },
  GRAPHQL_PARSE_FAILED: {
    status: '400',
    cause: 'The document is not GraphQL, or has more than 1,000 tokens.',
    app: 'Correct the document. The message says where, without values.',
    operator: REFUSED,
    settings: [],
  },
  GRAPHQL_VALIDATION_FAILED: {
    status: '400',
    cause:
      'The document does not fit the schema, or breaks a rule of this gateway: one verification field for each mutation, one `_entities`, the code as a variable, 30 aliases, no introspection where the schema is not public.',
    app: 'Correct the document. The message says which rule.',
    operator: `${REFUSED} In production names of the schema are not suggested.`,
    settings: ['NODE_ENV', 'ROUTER_SECRET'],
  },
  OPERATION_RESOLUTION_FAILURE: {
    status: '400',
    cause: 'The document has several operations, and `operationName` names none of them.',
    app: 'Send `operationName`.',
    operator: REFUSED,
    settings: [],
  },
  PERSISTED_QUERY_NOT_SUPPORTED: {
    status: '200',
    cause:
      'The client sent the hash of a persisted query, and no document. The gateway learns no documents from clients.',
    app: 'Send the document. Apollo Client does so by itself after this answer. With a list of trusted documents the hash alone is enough.',
    operator: 'No line.',
    settings: ['TRUSTED_DOCUMENTS'],
  },
  INTERNAL_SERVER_ERROR: {
    status: '500 where the request could not begin, else 200',
    cause: 'A defect of the gateway, or the keys of the token issuer cannot be fetched (`KeysUnavailable` in the log).',
    app: 'Apologise; after a confirm read `certification(impUid)` before anything else. Keep the header `x-request-id` for a report; `extensions.requestId` is the same, and routers leave it out.',
    operator:
      'The line `a resolver failed unexpectedly` or `a request failed unexpectedly` has the name of the error and its frames. For `KeysUnavailable` look at the issuer; for anything else please report it.',
    settings: ['AUTH_JWKS_URL'],
  },
  CLOSING: {
    status: '503',
    cause: 'The process is ending and takes no new requests.',
    app: 'Send the call once more: nothing of it was processed, and another replica answers.',
    operator: 'Seen by people: the load balancer notices too late. See [draining](../operating.md#draining).',
    settings: ['DRAIN_DELAY_MS'],
  },
};
