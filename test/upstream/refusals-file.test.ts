import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { ConfigError } from '../../src/config.ts';
import { createClassify } from '../../src/upstream/refusal.ts';
import { readRefusalRules } from '../../src/upstream/refusals-file.ts';
import { startFaultyUpstream, refusal } from '../support/faulty-upstream.ts';
import { startGateway } from '../support/gateway.ts';

const folder = mkdtempSync(join(tmpdir(), 'refusals-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(text: string): string {
  const file = join(folder, 'refusals.json');
  writeFileSync(file, text);
  return file;
}

function problemsOf(file: string): readonly string[] {
  try {
    readRefusalRules(file);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('REFUSALS_FILE', () => {
  test('teaches provider codes and patterns, the first that fits before the built-in ones', () => {
    const rules = readRefusalRules(
      fileOf(
        JSON.stringify([
          { code: 'CS24', means: 'WRONG_OTP' },
          { words: '다른 ?번호', means: 'WRONG_OTP' },
          { words: '다른', means: 'OTP_EXPIRED' },
        ]),
      ),
    );
    const classify = createClassify(rules);
    expect(classify('[CS24] 새로운 말')).toEqual({ refusal: 'WRONG_OTP', providerCode: 'CS24', shape: null });
    expect(classify('다른번호').refusal).toBe('WRONG_OTP');
    expect(classify('다른 말').refusal).toBe('OTP_EXPIRED');
    expect(classify('다른 통신사 점검').refusal).toBe('OTP_EXPIRED');
    expect(classify('통신사 점검').refusal).toBe('CARRIER_MAINTENANCE');
    expect(classify('새로운 말')).toEqual({ refusal: 'UNRECOGNISED', providerCode: null, shape: '…' });
  });

  test.each([
    ['no JSON', 'x'],
    ['no list', '{"code":"CS24","means":"WRONG_OTP"}'],
  ])('with %s in it is refused at start', (_what, text) => {
    expect(problemsOf(fileOf(text))).toEqual(['REFUSALS_FILE must name a JSON file with a list of entries']);
  });

  test('that does not exist is refused at start', () => {
    expect(problemsOf(join(folder, 'none.json'))).toEqual([
      'REFUSALS_FILE must name a JSON file with a list of entries',
    ]);
  });

  test.each([
    [{ code: 'CS2', means: 'WRONG_OTP' }],
    [{ code: 'FAIL', means: 'WRONG_OTP' }],
    [{ code: 'CS24', means: 'SOMETHING' }],
    [{ code: 'CS24', means: 'UNRECOGNISED' }],
    [{ code: 'CS24', words: 'x', means: 'WRONG_OTP' }],
    [{ words: '(', means: 'WRONG_OTP' }],
    [{ words: '', means: 'WRONG_OTP' }],
    [{ words: '.*', means: 'WRONG_OTP' }],
    [{ means: 'WRONG_OTP' }],
    ['words'],
    [null],
  ])('with the entry %j is refused at start by its number and without its value', (entry) => {
    const good = { code: 'CS24', means: 'WRONG_OTP' };
    expect(problemsOf(fileOf(JSON.stringify([good, entry, good])))).toEqual([
      'REFUSALS_FILE entry 2 must have a code or words, and what it means (docs/refusals.md)',
    ]);
  });

  test('decides what a person is told, without a look at the record, and a gateway does not start on a bad one', async () => {
    const upstream = await startFaultyUpstream();
    upstream.fault = refusal(400, '여섯 자리를 다시 적으세요.');
    const iamport = { baseUrl: upstream.url };
    const refusalsFile = fileOf('[{ "words": "여섯 자리", "means": "WRONG_OTP" }]');
    const gateway = await startGateway({ iamport: { ...iamport, refusalsFile } });
    expect(await gateway.confirm('imp_123456789012', '000000')).toMatchObject({ code: 'WRONG_CODE' });
    expect(upstream.calls.filter((call) => call.includes('/certifications/'))).toHaveLength(1);
    expect(gateway.log()).not.toContain('"shape"');
    await gateway.close();
    await upstream.close();
    await expect(startGateway({ iamport: { refusalsFile: fileOf('x') } })).rejects.toThrow(ConfigError);
  });
});
