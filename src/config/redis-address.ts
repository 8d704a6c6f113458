/** Where Redis is: one server by its URL, or the first addresses to ask for a cluster's nodes or for the master. */
export type RedisAddress =
  | { readonly kind: 'single'; readonly url: string }
  | (Group & { readonly kind: 'cluster' })
  | (Group & { readonly kind: 'sentinel'; readonly master: string });

interface Group {
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  /** Neither, a password alone, or both. */
  readonly credentials: { readonly username?: string; readonly password?: string };
  readonly isTls: boolean;
}

const GROUP =
  /^redis(?<tls>s?)-(?<kind>cluster|sentinel):\/\/((?<user>[^:@/]*):(?<password>[^@/]*)@)?(?<nodes>[^@/]+)(\/(?<path>[^/]*))?$/;

/**
 * `redis://…` as ioredis takes it, `redis-cluster://host:port,host:port` or `redis-sentinel://host:port,host:port/master`, each
 * with `user:password@` before the hosts, and with `rediss` for TLS. Null for anything else.
 */
export function redisAddress(url: string): RedisAddress | null {
  if (/^rediss?:/.test(url)) return URL.canParse(url) ? { kind: 'single', url } : null;
  const { tls, kind, user, password, nodes = '', path = '' } = GROUP.exec(url)?.groups ?? {};
  const parsed = nodes.split(',').map((node) => URL.parse(`redis://${node}`));
  const hosts = parsed.flatMap((node) => (node?.hostname ? [node] : []));
  if (hosts.length < parsed.length || (kind === 'sentinel') !== (path !== '')) return null;
  const group = {
    nodes: hosts.map(({ hostname, port }) => ({
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: Number(port || (kind === 'sentinel' ? 26_379 : 6_379)),
    })),
    credentials: { ...(user && { username: decoded(user) }), ...(password && { password: decoded(password) }) },
    isTls: tls === 's',
  };
  return kind === 'sentinel' ? { kind, master: path, ...group } : { kind: 'cluster', ...group };
}

/** A text that is not percent-encoded is taken as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
