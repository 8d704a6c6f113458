export type { Authenticate, RequestHeaders } from './auth.ts';
export {
  readConfig,
  type AuthConfig,
  type Config,
  type GuardConfig,
  type IamportConfig,
  type LimitsConfig,
  type PoliciesConfig,
} from './config.ts';
export type { Context, IdentityContext } from './graphql/context.ts';
export type { GatewayEvent, OnEvent } from './events.ts';
export type { AttemptRecord, Step } from './guard/attempt.ts';
export type { Identity, Scope } from './caller.ts';
export { StoreFull, StoreUnavailable, type AttemptStore } from './guard/store.ts';
export type { GotOptions } from './iamport/http.ts';
export type { Logger } from './log.ts';
export {
  createSandbox,
  type Sandbox,
  type SandboxOptions,
  type SandboxRequest,
  type SandboxSms,
} from './sandbox/sandbox.ts';
export { createServer, type Addresses, type GatewayServer, type ServerOptions } from './server/server.ts';
export { createIdentitySubgraph, type IdentitySubgraph, type IdentitySubgraphOptions } from './subgraph.ts';
