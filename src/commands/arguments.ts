import { parseArgs } from 'node:util';
import { nearestWord } from '../config/lookalikes.ts';
import { ANSWERS, COMMANDS, SETTING_FLAGS } from './commands.ts';
import type { Command, Invocation } from './invocation.ts';

/** The arguments are wrong; the message is one line with what to do, and repeats no value. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(problem: string) {
    super(`${problem}${problem.endsWith('?') ? '' : '.'} See --help.`);
  }
}

interface Read {
  readonly command: Command;
  readonly invocation: Invocation;
}

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
  port: { type: 'string' },
  host: { type: 'string' },
  sandbox: { type: 'boolean' },
} as const;

/** Settings of a real merchant, of which the sandbox knows none, and keys that would make its proofs look real. */
const REAL = /^(IAMPORT|PORTONE|PROOF|PERSON_ID)_/;

/** The command that these arguments name, and what it gets. Errors: `UsageError`. */
export function readArguments(args: string[], env: Invocation['env'], commands = COMMANDS): Read {
  // Not strict, because the errors of node repeat values and know no near words.
  const parsed = parseArgs({ args, options: OPTIONS, strict: false, allowPositionals: true, tokens: true });
  const known = [...Object.keys(OPTIONS).map((flag) => `--${flag}`), ...Object.keys(commands)];
  for (const token of parsed.tokens) if (token.kind === 'option') refuseFlag(token, args[token.index]!, known);

  const { help, version, port, host, sandbox } = parsed.values;
  const isSandboxForced = sandbox === true;
  const changed = {
    ...(isSandboxForced ? Object.fromEntries(Object.entries(env).filter(([setting]) => !REAL.test(setting))) : env),
    ...(typeof port === 'string' && { [SETTING_FLAGS.port.setting]: port }),
    ...(typeof host === 'string' && { [SETTING_FLAGS.host.setting]: host }),
  };
  const invocation = { operands: [], env: changed, isSandboxForced };
  if (help) return { command: ANSWERS.help, invocation };
  if (version) return { command: ANSWERS.version, invocation };
  return readCommand(parsed.positionals, commands, known, invocation);
}

interface Flag {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function refuseFlag({ name, rawName, value, inlineValue }: Flag, typed: string, known: readonly string[]): void {
  if (!Object.hasOwn(OPTIONS, name)) throw unknown('flag', typed, known);
  const example = Object.hasOwn(SETTING_FLAGS, name) && SETTING_FLAGS[name as keyof typeof SETTING_FLAGS].example;
  if (!example && value !== undefined) throw new UsageError(`${rawName} takes no value`);
  // A flag after a flag is a value that was forgotten.
  if (example && (value === undefined || (!inlineValue && value.startsWith('-'))))
    throw new UsageError(`${rawName} needs a value, such as ${rawName} ${example}`);
}

function readCommand(
  words: readonly string[],
  commands: Readonly<Record<string, Command>>,
  known: readonly string[],
  invocation: Invocation,
): Read {
  const isNamed = (name: string): boolean => name.split(' ').every((word, index) => words[index] === word);
  const name = words.length === 0 ? 'serve' : Object.keys(commands).find(isNamed);
  if (name === undefined) throw unknown('command', words[0]!, known);
  const command = commands[name]!;
  const operands = words.slice(words.length === 0 ? 0 : name.split(' ').length);
  const missing = command.operands[operands.length];
  if (missing) throw new UsageError(`${name} needs ${missing.replace('...', '')}`);
  const isOpen = command.operands.at(-1)?.endsWith('...') === true;
  if (operands.length > command.operands.length && !isOpen)
    throw new UsageError(`${name} takes ${command.operands.join(' ') || 'no argument'}: leave the rest out`);
  return { command, invocation: { ...invocation, operands } };
}

function unknown(what: 'flag' | 'command', typed: string, known: readonly string[]): UsageError {
  const meant = nearestWord(shown(typed), known);
  return new UsageError(`There is no ${what} ${shown(typed)}${meant === undefined ? '' : `: is ${meant} meant?`}`);
}

/** A name alone, without its value: a key or a secret can stand in the wrong place. */
function shown(typed: string): string {
  return /^[A-Za-z_-]{1,24}(?=$|=)/.exec(typed)?.[0] ?? 'like that';
}
