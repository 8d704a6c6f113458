import { defineConfig } from '@graphql-hive/gateway';
import { FORWARDED_HEADERS } from './forwarded-headers.ts';

export const gatewayConfig = defineConfig({
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) =>
      Object.fromEntries(FORWARDED_HEADERS.map((name) => [name, request.headers.get(name)])),
  },
});
