import { readConfig, type Config, type IamportConfig, type PortoneConfig } from '../../src/config.ts';

/** Anonymous callers who may do everything, as on the embedded sandbox; no limits, and no second tries to wait for. */
export function testConfig(baseUrl: string, iamport: Partial<IamportConfig> = {}): Config {
  const limits = Object.fromEntries(
    [
      'REQUESTS_PER_PHONE',
      'REQUESTS_PER_CALLER',
      'REQUESTS_PER_IP',
      'REQUESTS',
      'CONFIRMS_PER_CALLER',
      'CONFIRMS_PER_IP',
    ].map((name) => [`LIMIT_${name}`, 'off']),
  );
  const config = readConfig({ PORT: '0', ADMIN_PORT: '0', ...limits });
  return {
    ...config,
    sandboxPort: null,
    iamport: { ...config.iamport, baseUrl, policies: { ...config.iamport.policies, readTries: 1 }, ...iamport },
  };
}

/** PortOne V2 at this address, alone, with names that no sandbox knows unless they are given. */
export function portoneConfig(baseUrl: string, portone: Partial<PortoneConfig> = {}): PortoneConfig {
  const names = { apiSecret: 'secret', storeId: 'store-1', channels: [{ key: 'channel-1', provider: null }] };
  return { ...names, baseUrl, bypass: null, isAlone: true, ...portone };
}
