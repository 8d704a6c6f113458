import { describe, expect, test } from '@jest/globals';
import { readArguments, UsageError } from '../../src/commands/arguments.ts';
import { ANSWERS, COMMANDS } from '../../src/commands/commands.ts';
import type { Command } from '../../src/commands/invocation.ts';

/** The table with a command that takes one argument. */
const ONE: Command = { sentence: '', operands: ['FILE'], load: async () => async () => 0 };
const WITH_ONE = { ...COMMANDS, one: ONE };

const read = (...args: string[]) => readArguments(args, { HOST: 'h', IAMPORT_API_KEY: 'k' }, WITH_ONE);

function refusal(...args: string[]): string {
  try {
    read(...args);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
  }
  throw new Error('not refused');
}

describe('arguments', () => {
  test('name a command by its words, and serve without any', () => {
    expect(read().command).toBe(COMMANDS['serve']);
    expect(read('serve').command).toBe(COMMANDS['serve']);
    expect(read('check').command).toBe(COMMANDS['check']);
    expect(read('audit', 'verify', 'a file', 'another')).toMatchObject({
      command: COMMANDS['audit verify'],
      invocation: { operands: ['a file', 'another'] },
    });
    expect(read('audit', 'verify', '--', '--file').invocation.operands).toEqual(['--file']);
  });

  test('change the environment by flags, before and behind the command, and leave the rest of it', () => {
    expect(read('--port', '1', 'check', '--host=::').invocation).toEqual({
      operands: [],
      env: { HOST: '::', PORT: '1', IAMPORT_API_KEY: 'k' },
      isSandboxForced: false,
    });
    expect(read().invocation.env).toEqual({ HOST: 'h', IAMPORT_API_KEY: 'k' });
  });

  test('take what is the merchant’s out of the environment by --sandbox, and the keys of proofs that others believe', () => {
    const { env, isSandboxForced } = read('--sandbox').invocation;
    expect([env, isSandboxForced]).toEqual([{ HOST: 'h' }, true]);
    const merchant = ['IAMPORT_CHANNEL_KEY', 'IAMPORT_MERCHANT_CODE', 'PORTONE_API_SECRET', 'PORTONE_BYPASS'];
    const keys = ['PERSON_ID_KEY', 'PROOF_PRIVATE_KEY', 'PROOF_ISSUER'];
    const given = Object.fromEntries([...merchant, ...keys, 'PORT'].map((name) => [name, 'canary']));
    expect(readArguments(['--sandbox'], given).invocation.env).toStrictEqual({ PORT: 'canary' });
  });

  test.each(['--help', '-h'])('ask for help by %s, whatever else is there', (flag) => {
    expect(read('check', flag).command).toBe(ANSWERS.help);
    expect(read('nothing', flag).command).toBe(ANSWERS.help);
  });

  test.each([
    ['--prot 1', 'There is no flag --prot: is --port meant? See --help.'],
    ['--PORT', 'There is no flag --PORT: is --port meant? See --help.'],
    ['-p 1', 'There is no flag -p: is --port meant? See --help.'],
    ['--no-sandbox', 'There is no flag --no-sandbox. See --help.'],
    ['--check', 'There is no flag --check: is check meant? See --help.'],
    ['chekc', 'There is no command chekc: is check meant? See --help.'],
    ['help', 'There is no command help: is --help meant? See --help.'],
    ['audit', 'There is no command audit: is audit verify meant? See --help.'],
    ['start', 'There is no command start. See --help.'],
    ['constructor', 'There is no command constructor. See --help.'],
    ['check more', 'check takes no argument: leave the rest out. See --help.'],
    ['audit verify', 'audit verify needs FILE. See --help.'],
    ['one a b', 'one takes FILE: leave the rest out. See --help.'],
    ['--port', '--port needs a value, such as --port 4000. See --help.'],
    ['--port --sandbox', '--port needs a value, such as --port 4000. See --help.'],
    ['--sandbox=true', '--sandbox takes no value. See --help.'],
    ['--api-secret=canary', 'There is no flag --api-secret. See --help.'],
    ['0123456789abcdef', 'There is no command like that. See --help.'],
    ['', 'There is no command like that. See --help.'],
    ['IAMPORT_API_SECRET=canary', 'There is no command IAMPORT_API_SECRET. See --help.'],
  ])('that are `%s` are refused with what to do, and no value is repeated', (args, message) => {
    expect(refusal(...args.split(' '))).toBe(message);
  });
});
