import { setImmediate } from 'node:timers/promises';
import { afterEach, expect, jest, test } from '@jest/globals';
import { createChain, type Written } from '../../src/audit/chain.ts';
import { NO_LINES, type Access } from '../../src/audit/line.ts';
import { createAuditLog, type AuditNews } from '../../src/audit/news.ts';
import { createRecord } from '../../src/audit/record.ts';
import { until } from '../support/until.ts';

const ACCESS: Access = { who: null, from: null, whose: null, what: 'read', outcome: 'OK', fields: [], requestId: 'r' };
const REFUSED = Object.assign(new Error('refused'), { code: 'EIO' });

let now = 0;
afterEach(() => void jest.restoreAllMocks());

/** A chain whose every write waits until the test says what it has written. */
function heldChain() {
  const writes: { readonly seqs: readonly number[]; readonly end: (written: Written) => void }[] = [];
  const write = (lines: readonly string[]): Promise<Written> => {
    const { promise, resolve } = Promise.withResolvers<Written>();
    writes.push({ seqs: lines.map((line) => (JSON.parse(line) as { seq: number }).seq), end: resolve });
    return promise;
  };
  const chain = createChain({ write, end: NO_LINES, seal: () => 'x'.repeat(22) });
  const written = (count: number): Promise<boolean> => until(() => writes.length >= count);
  return { chain, writes, written };
}

test('lines of one turn are one write, and those that come while it is under way are the next one', async () => {
  const { chain, writes, written } = heldChain();
  const first = [chain.add(ACCESS), chain.add(ACCESS)];
  await written(1);
  const second = [chain.add(ACCESS)];
  await setImmediate();
  second.push(chain.add(ACCESS), chain.add(ACCESS));
  expect(writes.map(({ seqs }) => seqs)).toEqual([[1, 2]]);
  writes[0]!.end({ lines: 2 });
  await Promise.all(first);
  await written(2);
  expect(writes.map(({ seqs }) => seqs)).toEqual([
    [1, 2],
    [3, 4, 5],
  ]);
  writes[1]!.end({ lines: 3 });
  await Promise.all(second);
  expect(chain.end()).toMatchObject({ seq: 5 });
});

test('of a write that failed part of the way the lines before are written, and the chain goes on after them', async () => {
  const { chain, writes, written } = heldChain();
  const added = Promise.allSettled([chain.add(ACCESS), chain.add(ACCESS), chain.add(ACCESS)]);
  await written(1);
  writes[0]!.end({ lines: 1, error: REFUSED });
  expect((await added).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  const next = chain.add(ACCESS);
  await written(2);
  writes[1]!.end({ lines: 1 });
  await next;
  expect(writes[1]!.seqs).toEqual([2]);
});

/** A record whose every line waits until the test says how writing it ends. */
function heldRecord() {
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  const writes: { readonly line: { what: string; missed?: number }; readonly end: (error?: Error) => void }[] = [];
  const write = ([line]: readonly string[]): Promise<Written> => {
    const { promise, resolve, reject } = Promise.withResolvers<Written>();
    writes.push({ line: JSON.parse(line!), end: (error) => (error ? reject(error) : resolve({ lines: 1 })) });
    return promise;
  };
  const news: AuditNews[] = [];
  const chain = createChain({ write, end: NO_LINES, seal: () => 'x'.repeat(22) });
  const record = createRecord(chain, (it) => void news.push(it));
  const written = (count: number): Promise<boolean> => until(() => writes.length >= count);
  return { record, writes, news, written };
}

test('after a failure one line alone tries the file, a second later, and those that come meanwhile are told of by the next', async () => {
  const { record, writes, news, written } = heldRecord();
  const first = record.append(ACCESS);
  await written(1);
  writes[0]!.end(REFUSED);
  expect([await first, await record.append(ACCESS)]).toEqual([false, false]);
  expect(writes).toHaveLength(1);

  now += 1_000;
  const probing = record.append(ACCESS);
  await written(2);
  expect(await record.append(ACCESS)).toBe(false);
  expect(writes).toHaveLength(2);
  writes[1]!.end();
  await written(3);
  writes[2]!.end();
  expect(await probing).toBe(true);

  const next = record.append(ACCESS);
  for (const index of [3, 4]) {
    await written(index + 1);
    writes[index]!.end();
  }
  expect(await next).toBe(true);
  expect(writes.map(({ line }) => [line.what, line.missed])).toEqual([
    ['read', undefined],
    ['gap', 2],
    ['read', undefined],
    ['gap', 1],
    ['read', undefined],
  ]);
  const failures = news.flatMap((it) => (it.kind === 'failed' ? [it.reason] : []));
  expect(failures).toEqual(['EIO', 'EIO', 'EIO']);
});

test('lines that fail while one tries the file start no second one, which would count the same operations', async () => {
  const { record, writes, written } = heldRecord();
  const first = record.append(ACCESS);
  await written(1);
  const waiting = record.append(ACCESS);
  writes[0]!.end(REFUSED);
  expect(await first).toBe(false);
  await written(2);
  now += 1_000;
  const probing = record.isWritable();
  writes[1]!.end(REFUSED);
  expect(await waiting).toBe(false);
  now += 1_000;
  expect(await record.isWritable()).toBe(false);
  await written(3);
  writes[2]!.end();
  expect(await probing).toBe(true);
  const next = record.isWritable();
  await written(4);
  writes[3]!.end();
  expect(await next).toBe(true);
  expect(writes.slice(2).map(({ line }) => [line.what, line.missed])).toEqual([
    ['gap', 1],
    ['gap', 1],
  ]);
});

test('the log tells of a failure once a minute, and of its end', () => {
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  now = 100_000;
  const lines: unknown[] = [];
  const log = (level: string) => (fields: object) => void lines.push([level, fields]);
  const tell = createAuditLog({ info: log('info'), warn: log('warn'), error: log('error') });
  const failed = { kind: 'failed', reason: 'EIO' } as const;
  const recovered = { kind: 'recovered', missed: 2 } as const;
  for (const news of [failed, failed, recovered, failed, recovered]) tell(news);
  expect(lines).toEqual([
    ['error', { reason: 'EIO' }],
    ['warn', { missed: 2 }],
  ]);
  now += 60_000;
  tell(failed);
  expect(lines).toHaveLength(3);
});
