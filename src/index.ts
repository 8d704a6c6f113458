export { readConfig, type Config, type IamportConfig } from './config.ts';
export type { Context, IdentityContext } from './context.ts';
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
export { createServer, type GatewayServer } from './server.ts';
export { createIdentitySubgraph, type IdentitySubgraph, type IdentitySubgraphOptions } from './subgraph.ts';
