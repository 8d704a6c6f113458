import { describe, expect, test } from '@jest/globals';
import type { GatewayEvent, UnknownWords } from '../src/events.ts';
import { createReport } from '../src/report.ts';

const WORDS: UnknownWords = {
  kind: 'unknown-words',
  call: 'confirm',
  status: 400,
  providerCode: '7777',
  shape: '… 인증번호 #',
};

function report() {
  const lines: object[] = [];
  const events: GatewayEvent[] = [];
  const logger = { info: () => {}, error: () => {}, warn: (fields: object) => void lines.push(fields) };
  return { lines, events, onEvent: createReport(logger, (event) => events.push(event)).onEvent };
}

describe('unknown words', () => {
  test('are logged once, with call, status, provider code and shape, and counted each time', () => {
    const { lines, events, onEvent } = report();
    for (let time = 0; time < 3; time += 1) onEvent(WORDS);
    expect(lines).toEqual([{ call: 'confirm', status: 400, providerCode: '7777', shape: '… 인증번호 #' }]);
    expect(events).toEqual(Array.from({ length: 3 }, () => ({ kind: 'drift', field: 'message' })));
  });

  test('of another shape or provider code are logged too, a hundred at most', () => {
    const { lines, events, onEvent } = report();
    onEvent(WORDS);
    onEvent({ ...WORDS, shape: '… 만료' });
    onEvent({ ...WORDS, providerCode: null });
    expect(lines).toHaveLength(3);
    for (let code = 1_000; code < 1_200; code += 1) onEvent({ ...WORDS, providerCode: String(code) });
    expect(lines).toHaveLength(100);
    expect(events).toHaveLength(203);
  });
});
