import { styleText } from 'node:util';
import type { Command } from './invocation.ts';
import { version } from '../version.ts';

const FLAGS = [
  ['--port N', 'port of GraphQL, as PORT'],
  ['--host H', 'address of both ports, as HOST'],
  ['--sandbox', 'the sandbox answers though credentials are set'],
  ['-h, --help', 'prints this'],
  ['-v, --version', 'prints the version'],
] as const;

const SETTINGS = [
  ['IAMPORT_API_KEY', 'with IAMPORT_API_SECRET: PortOne V1, the former iamport'],
  ['PORTONE_API_SECRET', 'with PORTONE_STORE_ID and PORTONE_CHANNEL_KEY: PortOne V2'],
  ['', 'without either the sandbox answers'],
  ['AUTH_JWKS_URL', 'or AUTH_PUBLIC_KEY or AUTH_SECRET: what proves who calls'],
  ['REDIS_URL', 'with GUARD_SECRET: where replicas share attempts and limits'],
  ['NODE_ENV', 'production hides the schema and refuses unsafe settings'],
  ['PORT, ADMIN_PORT', 'GraphQL at 4000, health and metrics at 4001'],
] as const;

/** Prints the commands, the flags and the first settings, on one screen. */
export async function help(commands: Readonly<Record<string, Command>>): Promise<number> {
  const rowsOfCommands = Object.entries(commands).map(
    ([name, { operands, sentence }]) => [[name, ...operands].join(' '), sentence] as const,
  );
  process.stdout.write(`${bold('iamport-identity-gateway')} ${version}
Korean mobile identity verification as GraphQL, over iamport or PortOne V2.

${bold('Usage')}  iamport-identity-gateway [command] [flags]
       npm start -- [command] [flags]        in a clone
       node dist/main.js [command] [flags]   in the image

${bold('Commands')}
${rows(rowsOfCommands, 22)}

${bold('Flags')}, which win over the environment
${rows(FLAGS)}

${bold('Settings')}, in the environment
${rows(SETTINGS)}

${bold('More')}  README.md, docs/settings.md with every setting, docs/operating.md
`);
  return 0;
}

function rows(pairs: readonly (readonly [string, string])[], width = 19): string {
  return pairs.map(([name, sentence]) => `  ${name.padEnd(width)}${sentence}`).join('\n');
}

/** Bold in a terminal only. */
function bold(text: string): string {
  return styleText('bold', text);
}
