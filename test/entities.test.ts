import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startGateway, type TestGateway } from './support/gateway.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const ENTITIES = `query($representations: [_Any!]!) { _entities(representations: $representations) {
  __typename ... on Certification { impUid certified name } } }`;

function entities(keys: unknown[], extra: object = {}) {
  const representations = keys.map((impUid) => ({ __typename: 'Certification', impUid, ...extra }));
  return gateway.post({ query: ENTITIES, variables: { representations } });
}

const certifiedLongAgo = (serial: number): string => `imp_900400${String(serial).padStart(6, '0')}`;

describe('_entities', () => {
  test('resolves 100 references to 10 impUids with 10 reads, in order', async () => {
    const before = gateway.calls('GET /certifications/').length;
    const keys = Array.from({ length: 100 }, (_, index) => certifiedLongAgo(index % 10));
    const { body } = await entities(keys);
    expect(body.errors).toBeUndefined();
    expect((body.data!['_entities'] as unknown as { impUid: string }[]).map(({ impUid }) => impUid)).toEqual(keys);
    expect(gateway.calls('GET /certifications/').length - before).toBe(10);
  });

  test('gives a bad key its own error and an unknown one null, and leaves the neighbours', async () => {
    const before = gateway.sandbox.requests.length;
    const good = certifiedLongAgo(501);
    const keys = [good, '../users', 'imp_900404000001', { impUid: good }, [good], null, 'imp_900500000001', good];
    const { status, body } = await entities(keys);
    const answered = body.data!['_entities'] as unknown as ({ impUid: string } | null)[];
    expect(status).toBe(200);
    expect(answered.map((entity) => entity?.impUid ?? null)).toEqual([good, null, null, null, null, null, null, good]);
    const errors = body.errors as unknown as { path: unknown[]; extensions: { code: string } }[];
    expect(
      errors.map(({ path, extensions }) => [path[1], extensions.code]).toSorted((a, b) => Number(a[0]) - Number(b[0])),
    ).toEqual([
      [1, 'INVALID_INPUT'],
      [3, 'INVALID_INPUT'],
      [4, 'INVALID_INPUT'],
      [5, 'INVALID_INPUT'],
      [6, 'UPSTREAM_UNAVAILABLE'],
    ]);
    expect(
      gateway.sandbox.requests
        .slice(before)
        .map(({ path }) => path)
        .filter((path) => path.includes(good)),
    ).toHaveLength(1);
  });

  test('takes nothing but the key from a representation', async () => {
    const { body } = await entities([certifiedLongAgo(502)], { name: '임꺽정', certified: false });
    expect(body.data!['_entities']).toEqual([
      { __typename: 'Certification', impUid: certifiedLongAgo(502), certified: true, name: '홍길동' },
    ]);
  });

  test('resolves at most 100 references of a request, over all its fields', async () => {
    const before = gateway.calls('GET /certifications/').length;
    const query = `query($r: [_Any!]!) { a: _entities(representations: $r) { __typename } b: _entities(representations: $r) { __typename } }`;
    const representations = Array.from({ length: 60 }, (_, index) => ({
      __typename: 'Certification',
      impUid: certifiedLongAgo(600 + index),
    }));
    const { body } = await gateway.post({ query, variables: { r: representations } });
    const answered = Object.values(body.data!).flat() as unknown as (object | null)[];
    expect(answered.filter(Boolean)).toHaveLength(100);
    expect(body.errors!.map(({ extensions }) => extensions!.code)).toEqual(['TOO_MANY_REFERENCES']);
    expect(gateway.calls('GET /certifications/').length - before).toBe(60);
  });
});
