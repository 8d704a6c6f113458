import type { Command } from './invocation.ts';

/** Every command by its words; `serve` is the one without words. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  serve: command('serves GraphQL, health and metrics; the default', async () => (await import('./serve.ts')).serve),
  check: command(
    'tries settings, credentials, keys and Redis, and ends',
    async () => (await import('./check.ts')).check,
  ),
  'audit verify': command(
    'finds what was changed in an access record',
    async () => (await import('./audit.ts')).verify,
    'FILE...',
  ),
};

/** What the flags `--help` and `--version` do in place of a command. */
export const ANSWERS = {
  help: command('prints this', async () => {
    const { help } = await import('./help.ts');
    return () => help(COMMANDS);
  }),
  version: command('prints the version', async () => (await import('./version.ts')).printVersion),
};

/** Flags that stand for a setting, and the example of a value. */
export const SETTING_FLAGS = {
  port: { setting: 'PORT', example: '4000' },
  host: { setting: 'HOST', example: '0.0.0.0' },
} as const;

/** One row of the table of commands. */
function command(sentence: string, load: Command['load'], ...operands: string[]): Command {
  return { sentence, load, operands };
}
