import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { createAudit } from '../../src/audit/audit.ts';
import { hashOf, lineAfter, type Access } from '../../src/audit/line.ts';
import { auditVerify } from '../../src/commands/audit.ts';
import { createHmacs } from '../../src/guard/hmac.ts';
import { createFolders, GUARD_SECRET } from '../support/audit.ts';

const newFile = createFolders();
const hmac = createHmacs(GUARD_SECRET);
const ACCESS: Access = { who: 'w', from: null, whose: null, what: 'read', outcome: 'OK', fields: [], requestId: 'r' };

/** The lines of a record. */
async function lines(count: number): Promise<string[]> {
  const written: string[] = [];
  const write = (line: string): void => void written.push(line);
  const audit = createAudit({ write }, { seal: (text) => hmac('audit', text), onNews: () => {} })!;
  for (let index = 0; index < count; index += 1) await audit.append(ACCESS);
  return written;
}

function fileOf(texts: readonly string[], name?: string): string {
  const file = newFile(name);
  writeFileSync(file, texts.map((text) => `${text}\n`).join(''));
  return file;
}

const EDITS: readonly (readonly [string, (of: string[]) => string[], line: number, reason: RegExp])[] = [
  ['changed', (of) => of.with(4, of[4]!.replace('"OK"', '"NO"')), 5, /it was changed/],
  ['removed', (of) => of.toSpliced(4, 1), 5, /a line is missing before it/],
  ['removed with others', (of) => of.toSpliced(2, 3), 3, /3 lines are missing before it/],
  ['swapped', (of) => of.with(4, of[5]!).with(5, of[4]!), 5, /a line is missing before it/],
  ['repeated', (of) => of.toSpliced(5, 0, of[4]!), 6, /number 5 after 5: out of order/],
  ['made unreadable', (of) => of.with(4, of[4]!.slice(0, -9)), 5, /it was changed/],
  [
    'replaced by another of the same number',
    (of) => of.with(4, of[3]!.replace('"seq":4', '"seq":5')),
    5,
    /it was changed/,
  ],
];

describe('audit verify', () => {
  test('says how many lines there are, from when to when, and where the chain ends', async () => {
    const written = await lines(3);
    const [first, , last] = written.map((line) => JSON.parse(line) as { at: string });
    expect(await auditVerify([fileOf(written)], GUARD_SECRET)).toEqual({
      ok: true,
      message: [
        `ok: 3 lines from ${first!.at} to ${last!.at}`,
        `the last one has number 3 and hash ${hashOf(written[2]!)}`,
        'verified: no line between the first and the last was changed, removed or moved, and each has the seal of GUARD_SECRET',
        'not verified: whether lines are missing after the last one, which its number and hash in the log tell',
      ].join('\n'),
    });
  });

  test.each(EDITS)('names the line that was %s', async (_name, edit, line, reason) => {
    const file = fileOf(edit(await lines(8)));
    const { ok, message } = await auditVerify([file], GUARD_SECRET);
    expect([ok, message]).toEqual([false, expect.stringContaining(`${file} line ${line}: `)]);
    expect(message).toMatch(reason);
  });

  test.each(EDITS.filter(([name]) => !name.startsWith('replaced')))(
    'names the line that was %s without the secret',
    async (_name, edit, line) => {
      const file = fileOf(edit(await lines(8)));
      const { ok, message } = await auditVerify([file], null);
      expect([ok, message]).toEqual([false, expect.stringContaining(`${file} line ${line}: `)]);
    },
  );

  test('finds by the secret a chain that somebody has forged without it, and says where it was not checked', async () => {
    const written = await lines(2);
    const end = { seq: 2, hash: hashOf(written[1]!) };
    const forged = lineAfter(end, '2026-01-31T00:00:00.000Z', ACCESS, () => 'x'.repeat(22));
    const file = fileOf([...written, forged]);
    expect(await auditVerify([file], GUARD_SECRET)).toEqual({
      ok: false,
      message: `${file} line 3: it was changed, or sealed under another GUARD_SECRET.`,
    });
    const { ok, message } = await auditVerify([file], null);
    expect(ok).toBe(true);
    expect(message).toMatch(/^ok, but for the seals: 3 lines /);
    expect(message.split('\n').filter((line) => line.includes('verified: '))).toEqual([
      'verified: no line between the first and the last was changed, removed or moved without those after it',
      'not verified: the seals, since GUARD_SECRET is not set; a chain forged as a whole is not found',
      'not verified: whether lines are missing after the last one, which its number and hash in the log tell',
    ]);
  });

  test('does not see lines that were cut off at the end: the end that it names is to be compared with the log', async () => {
    const written = await lines(3);
    const { ok, message } = await auditVerify([fileOf(written.slice(0, 2))], GUARD_SECRET);
    expect([ok, message]).toEqual([true, expect.stringContaining(`number 2 and hash ${hashOf(written[1]!)}`)]);
  });

  test('reads several files by their age, gzipped ones too, and names one that is missing between them', async () => {
    const written = await lines(9);
    const [oldest, middle, newest] = [written.slice(0, 3), written.slice(3, 6), written.slice(6)];
    const packed = newFile('access.jsonl.2.gz');
    writeFileSync(packed, gzipSync(readFileSync(fileOf(oldest))));
    const [second, third] = [fileOf(middle), fileOf(newest)];
    expect(await auditVerify([third, second, packed], GUARD_SECRET)).toMatchObject({
      ok: true,
      message: expect.stringMatching(/^ok: 9 lines/),
    });
    expect(await auditVerify([third, packed], GUARD_SECRET)).toMatchObject({
      ok: false,
      message: `${third} line 1: 3 lines are missing before it.`,
    });
    expect(await auditVerify([third], GUARD_SECRET)).toMatchObject({
      ok: true,
      message: expect.stringContaining('the first one has number 7'),
    });
  });

  test('takes a file that begins a chain of its own, as each process has one on standard output', async () => {
    const files = [fileOf(await lines(2)), fileOf(await lines(2))];
    expect(await auditVerify(files, GUARD_SECRET)).toMatchObject({
      ok: true,
      message: expect.stringContaining('2 chains begin'),
    });
  });

  test.each([
    ['no file', [], /Name the files/],
    ['a file that is not there', ['/nowhere/access.jsonl'], /^\/nowhere\/access\.jsonl cannot be read \(ENOENT\)/],
    ['a file without a line', ['/dev/null'], /There is no line/],
    ['a file of something else', ['package.json'], /There is no line/],
  ])('with %s is not ok', async (_name, files, message) => {
    expect(await auditVerify(files, null)).toEqual({ ok: false, message: expect.stringMatching(message) });
  });
});
