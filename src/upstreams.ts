import type { Config } from './config.ts';
import type { OnUpstreamEvent } from './events.ts';
import { createIamport } from './iamport/source.ts';
import { createPortone } from './portone/source.ts';
import { createBoth } from './upstream/both.ts';
import { createHttp, type WireOptions } from './upstream/http.ts';
import type { IdentityUpstream } from './upstream/upstream.ts';

/** The upstream that the settings name, and how to let go of its connections. */
interface Upstreams {
  readonly upstream: IdentityUpstream;
  close(): void;
}

type UpstreamsConfig = Pick<Config, 'iamport'> & Partial<Pick<Config, 'portone'>>;

const PORTONE_BREAKERS = { mutation: 'portone mutation', read: 'portone read' } as const;

/** PortOne V2 where it has a secret, with iamport beside it where that has a key; or iamport alone. */
export function createUpstreams(
  { iamport: config, portone = null }: UpstreamsConfig,
  wire: WireOptions | undefined,
  onEvent: OnUpstreamEvent,
): Upstreams {
  const httpOf = (baseUrl: string) => createHttp({ ...config, baseUrl, ...(wire && { wire }) });
  const iamportHttp = httpOf(config.baseUrl);
  const iamport = createIamport({ ...config, http: iamportHttp, onEvent });
  if (!portone) return { upstream: iamport, close: () => iamportHttp.close() };

  const portoneHttp = httpOf(portone.baseUrl);
  const policies = { ...config.policies, breakers: PORTONE_BREAKERS };
  const source = createPortone({ ...config, ...portone, policies, http: portoneHttp, onEvent });
  return {
    upstream: portone.isAlone ? source : createBoth(source, iamport),
    close() {
      iamportHttp.close();
      portoneHttp.close();
    },
  };
}
