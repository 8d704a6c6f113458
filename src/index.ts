export { Unauthenticated, type Authenticate, type RequestHeaders } from './auth.ts';
export type { AuditOptions } from './audit/audit.ts';
export {
  ConfigError,
  configWarnings,
  readConfig,
  type AuditConfig,
  type AuthConfig,
  type Config,
  type GuardConfig,
  type IamportConfig,
  type LimitsConfig,
  type PoliciesConfig,
  type ProofConfig,
} from './config.ts';
export type { Context, IdentityContext } from './graphql/context.ts';
export type { GatewayEvent, OnEvent } from './events.ts';
export type { Identity, Scope } from './caller.ts';
export { StoreFull, StoreUnavailable, type AttemptStore, type Found } from './guard/store.ts';
export type { Counted, Taken, Window, WindowStore } from './guard/windows.ts';
export type { WireOptions } from './upstream/http.ts';
export type { Logger } from './log.ts';
export type { SchemaModule } from './graphql/mount.ts';
export { createIdentitySubgraph, type IdentitySubgraph, type IdentitySubgraphOptions } from './subgraph.ts';
