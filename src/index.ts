export { readConfig, type Config, type IamportConfig } from './config.ts';
export { createSandbox, type Sandbox, type SandboxOptions, type SandboxSms } from './sandbox/sandbox.ts';
export { createServer, type GatewayServer } from './server.ts';
