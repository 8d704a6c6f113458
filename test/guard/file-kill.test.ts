import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { startGatewayProcess } from '../support/gateway-process.ts';
import { freshPath } from '../support/store-file.ts';

const KILLS = 15;
/** A start takes seconds on a busy machine. */
const TIMEOUT_MS = 300_000;
/** The budget of the guesser's one address. */
const PEOPLE = 20;

let sandbox: Sandbox;
const children: ChildProcess[] = [];
beforeEach(async () => {
  sandbox = await createSandbox();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await sandbox.close();
});

const TARGETS = Array.from({ length: 6 }, (_, index) => `imp_90020000000${index}`);
const confirmed = (): string[] =>
  sandbox.requests.flatMap(({ path }) => /\/confirm\/(imp_\d+)$/.exec(path)?.slice(1) ?? []);
const confirmsOf = (impUid: string): number => confirmed().filter((other) => other === impUid).length;
const peopleConfirmed = (): number => confirmed().filter((impUid) => !TARGETS.includes(impUid)).length;

/** Starts to guess, and is killed with -9 at the line of output for which `isEnough`; the last one in all is this line. */
async function guess(path: string, seed: number, isEnough: (line: string, count: number) => boolean): Promise<void> {
  const child = spawn(process.execPath, ['test/support/guesser.ts', sandbox.url, path, String(seed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const ended = once(child, 'exit'); // its output is no longer read to the end
  let count = 0;
  for await (const line of createInterface(child.stdout)) {
    count += 1;
    if (isEnough(line, count)) break;
  }
  child.kill('SIGKILL');
  await ended;
  expect(child.signalCode).toBe('SIGKILL'); // and did not end by itself
}

/** True from the first moment on at which every target and the address are denied in one process. */
function untilAllDenied(): (line: string) => boolean {
  const open = new Set([...TARGETS, 'people']);
  return (line) => {
    const [who, impUid, code] = line.split(' ');
    if (who === 'codes' && code === 'TOO_MANY_ATTEMPTS') open.delete(impUid!);
    if (who === 'people' && code === 'RATE_LIMITED') open.delete('people');
    return open.size === 0;
  };
}

describe('a process that guesses on a store in a file', () => {
  test(
    `never gets more than five confirms of one impUid through, nor past a limit, however often it is killed with -9`,
    async () => {
      const path = freshPath();
      for (let kill = 1; kill <= KILLS; kill += 1) {
        const answers = (kill * 7) % 11; // the moment of the kill: after so many answers, with others in flight
        await guess(path, kill, (_line, count) => count > answers);
      }
      await guess(path, KILLS + 1, untilAllDenied());
      const counts = TARGETS.map(confirmsOf);
      expect(counts.filter((count) => count > 5)).toEqual([]);
      expect(Math.min(...counts)).toBeGreaterThan(0);
      expect(peopleConfirmed()).toBeLessThanOrEqual(PEOPLE);
    },
    TIMEOUT_MS,
  );

  test(
    'gets exactly five through beside another one on the same file, and no more past a limit',
    async () => {
      const path = freshPath();
      await Promise.all([1, 2, 3].map((seed) => guess(path, seed, untilAllDenied())));
      expect(TARGETS.map(confirmsOf)).toEqual(TARGETS.map(() => 5));
      expect(peopleConfirmed()).toBe(PEOPLE);
    },
    TIMEOUT_MS,
  );
});

test(
  'five guesses and a restart in turn are five guesses in all, where STORE_FILE is set',
  async () => {
    const environment = {
      IAMPORT_BASE_URL: sandbox.url,
      STORE_FILE: freshPath(),
      GUARD_SECRET: 'the same after every restart, 32 characters',
      ALLOW_ANONYMOUS: 'true',
      LIMIT_CONFIRMS_PER_IP: '7/1h',
    };
    const [impUid] = TARGETS as [string];
    const codes: unknown[] = [];
    for (const signal of ['SIGKILL', 'SIGTERM', 'SIGKILL'] as const) {
      const gateway = await startGatewayProcess(environment);
      for (let index = 0; index < 3; index += 1)
        codes.push((await gateway.confirm(impUid, String(100_000 + codes.length)))['code']);
      await gateway.end(signal);
      expect(gateway.output()).toContain('"store":"file"');
      expect(gateway.output()).not.toMatch(/experimental|is lost/i);
    }
    expect(codes).toEqual([
      ...Array(5).fill('WRONG_CODE'),
      ...Array(2).fill('TOO_MANY_ATTEMPTS'),
      ...Array(2).fill('RATE_LIMITED'),
    ]);
    expect(confirmsOf(impUid)).toBe(5);
  },
  TIMEOUT_MS,
);
