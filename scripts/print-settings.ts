// Writes docs/settings.md from the table of settings; `--check` only compares it.
import type { z } from 'zod';
import type { Setting } from '../src/config/setting.ts';
import { GROUPS } from '../src/config/settings.ts';
import { code, table, write } from './document.ts';

const INTRODUCTION = `# Settings

Settings are read from the environment alone and checked at start: the process ends with every problem at once, and repeats no
value. Values are trimmed, an empty one counts as unset, and one in quotes is refused: \`docker --env-file\` keeps them. A name that
resembles a setting has no effect and is logged as a warning. \`npm run codegen\` writes this page from \`src/config/settings.ts\`.

**For a first deployment** look at \`NODE_ENV\`, \`HOST\`, \`PORT\` and \`ADMIN_PORT\`, \`TRUST_PROXY\`, \`CORS_ORIGINS\`, the credentials of
[V1 or V2](guides/which-door.md#v1-or-v2), \`AUTH_JWKS_URL\` or \`AUTH_SECRET\`, \`ROUTER_SECRET\`, \`REDIS_URL\` or \`STORE_FILE\`, and \`GUARD_SECRET\`. Before the first start run
\`npm start -- check\` in a clone, or \`node dist/main.js check\` in the image ([command line](operating.md#command-line)).

**Rates** limit calls in fixed windows. \`5/1h,10/1d\` allows five calls an hour and ten a day: a number of calls, and a number of
seconds (\`s\`), minutes (\`m\`), hours (\`h\`) or days (\`d\`). \`off\` is no limit. A call that one window denies counts in none.

**Real credentials** (\`IAMPORT_API_KEY\` with \`IAMPORT_API_SECRET\` for PortOne V1, \`PORTONE_API_SECRET\` with \`PORTONE_STORE_ID\` and
\`PORTONE_CHANNEL_KEY\` for V2, or both) need one of \`AUTH_JWKS_URL\`, \`AUTH_PUBLIC_KEY\` and \`AUTH_SECRET\`, or \`ALLOW_ANONYMOUS=true\`. At most one of the three can be set.

**Tokens** are JWTs with \`sub\` and \`exp\`, sent as \`authorization: Bearer …\`. Scopes are read from \`scope\` and \`scp\`, each a text or a
list. A token without \`kid\` is verified with every key of the set that fits its algorithm.

**Production** (\`NODE_ENV=production\`) needs real credentials, https for \`AUTH_JWKS_URL\`, and over https \`api.iamport.kr\` or
\`static-api.iamport.kr\` as \`IAMPORT_BASE_URL\` and \`api.portone.io\` as \`PORTONE_BASE_URL\`, unless \`ALLOW_OTHER_UPSTREAM=true\`. Several replicas need \`REDIS_URL\`; one machine
keeps its attempts over a restart with \`STORE_FILE\`. At most one of the two can be set; either
needs \`GUARD_SECRET\`, and so does \`AUDIT_FILE\`.

**Redis** is one server (\`redis://user:password@host:port/0\`), a cluster (\`redis-cluster://user:password@host:port,host:port\`) or a
master that sentinels know by a name (\`redis-sentinel://user:password@host:port,host:port/name\`); for a cluster or sentinels a few of
their addresses are enough, and sentinels get the same password. With \`rediss\` in place of \`redis\` all connections are TLS. A
user with rights of its own needs \`~identity:* +@read +@write +@scripting +@connection +info +time +cluster +config|get\`. Keys must not be evicted: set
\`maxmemory-policy noeviction\`. Replicas with different values of \`GUARD_SECRET\` log an error; after a change of the secret the new
one is in force at once, and all attempts and limits begin anew.
`;

await write('docs/settings.md', page(), 'src/config/settings.ts');

function page(): string {
  const groups = GROUPS.map(({ title, settings }) => {
    const rows = Object.values(settings).map((it) => [code(it.name), code(standard(it)), allowed(it), it.sentence]);
    return `## ${title}\n\n${table(['setting', 'default', 'value', 'effect'], rows)}`;
  });
  return [INTRODUCTION, ...groups].join('\n');
}

/** The default as the environment would have it; empty where the setting has none. */
function standard({ schema }: Setting): string {
  const value = schema.def.defaultValue as string | number | boolean | readonly string[] | null;
  return value === null ? '' : value.toString();
}

function allowed({ schema, unit }: Setting): string {
  return [describedIn(schema), unit].filter(Boolean).join(', ');
}

/** The description of the schema itself, or of the one that it wraps: zod does not copy it. */
function describedIn(schema: z.ZodType): string {
  if (schema.description !== undefined) return schema.description;
  const { innerType, in: input } = schema.def as { innerType?: z.ZodType; in?: z.ZodType };
  const inner = innerType ?? input;
  if (!inner) throw new Error('A setting has no description of its values');
  return describedIn(inner);
}
