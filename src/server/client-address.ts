import type { FastifyRequest } from 'fastify';
import { inNetworks } from '../address.ts';
import type { Config } from '../config.ts';
import type { Logger } from '../log.ts';

/** The address to count a request by, null where there is none. */
type ClientAddress = (request: FastifyRequest) => string | null;

/**
 * Behind a router that has proven its secret, an address is the client's only where the router was believed to forward it.
 * Otherwise it is the router's own, and by it everybody behind the router would share one limit.
 */
export function createClientAddress({ auth, trustProxy, portone }: Config, logger: Logger): ClientAddress {
  const isTrusted = inNetworks(trustProxy);
  let hasWarned = false;

  function warnOnce(): void {
    if (hasWarned) return;
    hasWarned = true;
    const told = portone === null ? '' : ', and PortOne V2 is told that address';
    const effect =
      auth.routerSecret === null ? `everybody behind it counts as one address${told}` : 'there are no limits per IP';
    logger.warn({}, `X-Forwarded-For comes from a peer that TRUST_PROXY does not name, and is not believed: ${effect}`);
  }

  return ({ ip, socket: { remoteAddress }, headers }) => {
    if (headers['x-forwarded-for'] !== undefined && !isTrusted(remoteAddress)) warnOnce();
    return auth.routerSecret !== null && ip === remoteAddress ? null : ip;
  };
}
