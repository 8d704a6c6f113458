/** A router forwards no header unless told to: without these every caller is a stranger who reads English. */
const FORWARDED = ['authorization', 'accept-language'];

/** Settings of Hive Gateway in front of the subgraph. */
export const gatewayConfig = {
  graphiql: false,
  landingPage: false,
  upstreamTimeout: 25_000, // a confirm is answered within 21 s
  propagateHeaders: { fromClientToSubgraphs },
};

function fromClientToSubgraphs({ request, context }) {
  const address = context?.req?.socket?.remoteAddress;
  const addresses = [request.headers.get('x-forwarded-for'), address].filter(Boolean);
  return {
    ...Object.fromEntries(FORWARDED.map((name) => [name, request.headers.get(name)])),
    // Appended, never only passed on: what a client has written there must not be the last address.
    'x-forwarded-for': addresses.join(', ') || null,
    'router-authorization': process.env.ROUTER_SECRET || null,
  };
}
