export type { Authenticate } from './auth.ts';
export {
  readConfig,
  type AuthConfig,
  type Config,
  type GuardConfig,
  type IamportConfig,
  type LimitsConfig,
  type PoliciesConfig,
  type Scope,
} from './config.ts';
export type { Context, IdentityContext } from './context.ts';
export type { GatewayEvent, OnEvent } from './events.ts';
export type { AttemptRecord, Step } from './guard/attempt.ts';
export type { Identity } from './guard/caller.ts';
export { StoreFull, StoreUnavailable, type AttemptStore } from './guard/store.ts';
export type { RequestHeaders } from './headers.ts';
export type { GotOptions } from './http.ts';
export type { Logger } from './log.ts';
export {
  createSandbox,
  type Sandbox,
  type SandboxOptions,
  type SandboxRequest,
  type SandboxSms,
} from './sandbox/sandbox.ts';
export { createServer, type Addresses, type GatewayServer, type ServerOptions } from './server.ts';
export { createIdentitySubgraph, type IdentitySubgraph, type IdentitySubgraphOptions } from './subgraph.ts';
