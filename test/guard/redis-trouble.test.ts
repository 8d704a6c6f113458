import { describe, expect, test } from '@jest/globals';
import { createTroubles } from '../../src/guard/redis-trouble.ts';

type Where = 'connection' | 'command';

function troubles() {
  const told: string[] = [];
  const sentences: string[] = [];
  const made = createTroubles(({ reason, sentence }) => {
    told.push(reason);
    sentences.push(sentence);
  });
  const met = (where: Where, error: unknown): void => made.met(where, error);
  const over = (where: Where): void => made.over(where);
  return { met, over, told, sentences };
}

describe('why Redis cannot be used', () => {
  test.each<[string, unknown]>([
    ['OOM', new Error('OOM command not allowed when used memory > maxmemory. canary')],
    ['READONLY', new Error('ERR Error running script canary: READONLY You can’t write against a replica')],
    ['ECONNREFUSED', Object.assign(new Error('canary'), { code: 'ECONNREFUSED' })],
    ['LOADING', { lastNodeError: { lastNodeError: new Error('LOADING canary') } }],
    ['SENTINELS', new Error('All sentinels are unreachable. canary')],
    ['WRONGPASS', Object.assign(new Error('All sentinels are unreachable'), { code: 'WRONGPASS' })],
  ])('is %s by the word for it in an error, of which nothing else is told', (reason, error) => {
    const { met, told, sentences } = troubles();
    met('command', error);
    expect(told).toEqual([reason]);
    expect(sentences.join()).not.toContain('canary');
  });

  test.each<[unknown]>([
    [null],
    [undefined],
    ['OOM'],
    [{}],
    [new Error('canary ROOM')],
    [new Error('oom')],
    [{ message: 'Not: All sentinels are unreachable' }],
    [{ lastNodeError: new Error('canary') }],
  ])('is not told where an error does not say it: %p', (error) => {
    const { met, told } = troubles();
    met('connection', error);
    expect(told).toEqual([]);
  });

  test('is told once until it changes', () => {
    const { met, told } = troubles();
    for (const word of ['OOM', 'OOM', 'READONLY', 'READONLY', 'OOM']) met('command', new Error(word));
    expect(told).toEqual(['OOM', 'READONLY', 'OOM']);
  });

  test('is told once for the connection and the commands on it', () => {
    const { met, told } = troubles();
    met('connection', new Error('NOAUTH'));
    met('command', new Error('NOAUTH'));
    met('command', new Error('OOM'));
    met('connection', new Error('OOM'));
    met('connection', new Error('NOAUTH'));
    expect(told).toEqual(['NOAUTH', 'OOM']);
  });

  test('is told again once it was over, of the connection or of commands', () => {
    const { met, over, told } = troubles();
    met('connection', new Error('NOAUTH'));
    met('command', new Error('OOM'));
    over('command');
    met('connection', new Error('NOAUTH'));
    met('command', new Error('OOM'));
    over('connection');
    met('connection', new Error('NOAUTH'));
    expect(told).toEqual(['NOAUTH', 'OOM', 'OOM', 'NOAUTH']);
  });
});
