import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { createAudit } from '../../src/audit/audit.ts';
import type { Access } from '../../src/audit/line.ts';
import type { AuditNews } from '../../src/audit/news.ts';
import { auditVerify } from '../../src/commands/audit.ts';
import { ConfigError } from '../../src/config.ts';
import { createHmacs } from '../../src/guard/hmac.ts';
import { createFolders, GUARD_SECRET, linesIn } from '../support/audit.ts';
import { startGatewayProcess, type GatewayProcess } from '../support/gateway-process.ts';
import { until } from '../support/until.ts';

const newFile = createFolders();
/** How much longer a line is than the first of a chain: a hash in quotes in place of `null`. */
const HASH_BYTES = 62;
const hmac = createHmacs(GUARD_SECRET);
const ACCESS: Access = { who: null, from: null, whose: null, what: 'read', outcome: 'OK', fields: [], requestId: 'r' };

/** One process' record in a file, which writes this many lines and ends. */
async function writeLines(file: string, count: number): Promise<AuditNews[]> {
  const news: AuditNews[] = [];
  const audit = createAudit({ file }, { seal: (text) => hmac('audit', text), onNews: (it) => void news.push(it) })!;
  for (let index = 0; index < count; index += 1) expect(await audit.append(ACCESS)).toBe(true);
  await audit.close();
  return news;
}

/** Lets `work` write so many bytes to files that are open, as on a disk that is full after them. */
async function onFullDisk(bytes: number, work: () => Promise<void>): Promise<void> {
  const handle = await open(newFile(), 'w');
  const files = Object.getPrototypeOf(handle) as {
    write: (this: unknown, data: Buffer, offset: number) => Promise<{ bytesWritten: number }>;
  };
  await handle.close();
  const { write } = files;
  let room = bytes;
  const spy = jest.spyOn(files, 'write').mockImplementation(async function (this: unknown, data, offset) {
    if (room === 0) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    const part = data.subarray(0, offset + room);
    room -= part.length - offset;
    return write.call(this, part, offset);
  });
  await work().finally(() => spy.mockRestore());
}

const seqs = (file: string): number[] => linesIn(file).map(({ seq }) => seq);
const verify = (...files: string[]) => auditVerify(files, GUARD_SECRET);

describe('the file of the access record', () => {
  test('is for its owner alone', async () => {
    const file = newFile();
    await writeLines(file, 1);
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
  });

  test('goes on where the last process ended, and the log has the end of the chain each time', async () => {
    const file = newFile();
    const [begun, closed] = await writeLines(file, 2);
    const [continued] = await writeLines(file, 1);
    expect(begun).toEqual({ kind: 'continues', seq: 0, hash: null });
    expect(closed).toMatchObject({ kind: 'closed', seq: 2 });
    expect(continued).toEqual({ ...closed, kind: 'continues' });
    expect(seqs(file)).toEqual([1, 2, 3]);
    expect(await verify(file)).toMatchObject({ ok: true });
  });

  test.each([
    ['a part of a line', 20],
    ['a line without its line break', 1],
  ])('that ends in %s, as after a crash, keeps it, says so, and goes on in a new line', async (_name, bytes) => {
    const file = newFile();
    await writeLines(file, 2);
    truncateSync(file, statSync(file).size - bytes);
    const before = readFileSync(file, 'utf8');
    const [cut, continued] = await writeLines(file, 2);
    expect(cut).toEqual({ kind: 'cut', bytes: before.split('\n')[1]!.length });
    expect(continued).toMatchObject({ kind: 'continues', seq: 1 });
    expect(readFileSync(file, 'utf8').startsWith(`${before}~\n{`)).toBe(true);
    expect(seqs(file)).toEqual([1, 2, 3]);
    expect(await verify(file)).toMatchObject({
      ok: true,
      message: expect.stringContaining('1 lines are parts of lines'),
    });
  });

  test('that ends in a part of its first line begins its chain after it', async () => {
    const file = newFile();
    writeFileSync(file, '{"type":"acc');
    await writeLines(file, 1);
    expect(seqs(file)).toEqual([1]);
  });

  test.each(['access.jsonl.1', 'access.jsonl-20260131'])(
    'that was renamed %s while no process ran goes on in a new file',
    async (name) => {
      const file = newFile();
      const [rotated, older, packed] = [join(dirname(file), name), `${file}.9`, `${file}.2.gz`];
      await writeLines(older, 1);
      utimesSync(older, 1, 1);
      await writeLines(file, 3);
      renameSync(file, rotated);
      writeFileSync(packed, 'packed');
      await writeLines(file, 1);
      expect(seqs(file)).toEqual([5]);
      expect(await verify(file, rotated, older)).toMatchObject({ ok: true });
    },
  );

  test('has lines from before that are more than fit into memory at once', async () => {
    const file = newFile();
    await writeLines(file, 300);
    expect(statSync(file).size).toBeGreaterThan(65_536);
    await writeLines(file, 1);
    expect(seqs(file).at(-1)).toBe(301);
  });

  test.each([
    ['is a folder', (file: string) => mkdirSync(file), /cannot be opened for writing \(EISDIR\)/],
    [
      'is in no folder',
      (file: string) => rmSync(dirname(file), { recursive: true }),
      /cannot be opened for writing \(ENOENT\)/,
    ],
    [
      'has something else in it',
      (file: string) => writeFileSync(file, 'root:x:0:0\n'),
      /must name a new file, or an access record/,
    ],
  ])('that %s stops the start, and is left as it is', async (_name, prepare, message) => {
    const file = newFile();
    prepare(file);
    await expect(writeLines(file, 1)).rejects.toThrow(ConfigError);
    await expect(writeLines(file, 1)).rejects.toThrow(message);
  });

  test.each([
    ['in the third line', 20, [true, true, false]],
    ['before the second line break', -1, [true, false, false]],
  ])('whose disk is full %s keeps the lines before, and goes on after them', async (_name, more, written) => {
    const file = newFile();
    await writeLines(file, 1);
    const lineLength = statSync(file).size;
    truncateSync(file, lineLength - 1); // so that this write begins with the mark of a cut line
    const news: AuditNews[] = [];
    const seal = (text: string): string => hmac('audit', text);
    const audit = createAudit({ file }, { seal, onNews: (it) => void news.push(it) })!;
    const twoLines = 2 * lineLength + HASH_BYTES;
    await onFullDisk('~\n'.length + twoLines + more, async () => {
      expect(await Promise.all([1, 2, 3].map(() => audit.append(ACCESS)))).toEqual(written);
    });
    await audit.close();
    await writeLines(file, 1);
    const count = written.filter(Boolean).length;
    expect(seqs(file)).toEqual(Array.from({ length: count + 1 }, (_, index) => index + 1));
    expect(news.filter(({ kind }) => kind === 'failed')).toEqual(
      Array.from({ length: 3 - count }, () => ({ kind: 'failed', reason: 'ENOSPC' })),
    );
    expect(await verify(file)).toMatchObject({ ok: true });
  });

  test('that another process writes to as well is noticed by the first line of the later one', async () => {
    const file = newFile();
    const news: AuditNews[] = [];
    await writeLines(file, 1);
    const audit = createAudit({ file }, { seal: String, onNews: (it) => void news.push(it) })!;
    await writeLines(file, 1);
    expect(await audit.append(ACCESS)).toBe(false);
    expect(news).toContainEqual({ kind: 'failed', reason: 'CHANGED' });
    await audit.close();
  });
});

describe('in a process of its own', () => {
  const processes: GatewayProcess[] = [];
  afterAll(() => Promise.all(processes.map((it) => it.end('SIGKILL'))));

  async function start(env: Record<string, string>): Promise<GatewayProcess> {
    const gateway = await startGatewayProcess({ GUARD_SECRET, ALLOW_ANONYMOUS: 'true', ...env });
    processes.push(gateway);
    return gateway;
  }
  const ask = (gateway: GatewayProcess) => gateway.confirm('imp_900200000001', 'x');

  test('the record goes on in a new file after SIGHUP, and after a restart', async () => {
    const file = newFile();
    const first = await start({ AUDIT_FILE: file });
    await ask(first);
    renameSync(file, `${file}.1`);
    await ask(first);
    first.signal('SIGHUP');
    await until(() => first.output().includes('the access record is opened anew'));
    await ask(first);
    expect([seqs(`${file}.1`), seqs(file)]).toEqual([[1, 2], [3]]);
    expect(await first.end('SIGTERM')).toBe(0);
    expect(first.output()).toMatch(/"seq":3,"hash":"[\da-f]{64}","msg":"the access record is closed/);
    expect(first.output()).toMatch(/"accessRecord":"file"/);

    const second = await start({ AUDIT_FILE: file });
    await ask(second);
    expect(linesIn(file)).toMatchObject([{ seq: 3 }, { seq: 4, what: 'confirm', from: '127.0.0.1' }]);
    expect(await verify(file, `${file}.1`)).toMatchObject({ ok: true, message: expect.stringMatching(/^ok: 4 lines/) });
  });

  test('the record is on standard output beside the log where it is asked to be, and can be checked there', async () => {
    const gateway = await start({ AUDIT_FILE: '-' });
    await ask(gateway);
    await ask(gateway);
    gateway.signal('SIGHUP');
    expect(await gateway.end('SIGTERM')).toBe(0);
    const lines = gateway
      .output()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type?: string; msg?: string });
    expect(lines.filter(({ type }) => type === 'access')).toHaveLength(2);
    expect(lines.filter(({ type, msg }) => (type === undefined) === (msg === undefined))).toEqual([]);
    const file = newFile();
    writeFileSync(file, gateway.output());
    appendFileSync(file, gateway.output());
    expect(await verify(file)).toMatchObject({ ok: false });
    writeFileSync(file, gateway.output());
    expect(await verify(file)).toMatchObject({ ok: true, message: expect.stringMatching(/^ok: 2 lines/) });
  });
});
