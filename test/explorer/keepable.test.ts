import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { isKeepable } from '../../explorer/keepable.ts';

const folder = new URL('../../schema/operations/', import.meta.url);
const operations = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'));

describe('a document is kept in the browser', () => {
  test.each([
    ...operations,
    '',
    ' \n',
    '{ __typename }',
    'query Other($impUid: ID!) { it: certification(impUid: $impUid) { ... on Certification { isAtLeastAge(years: 19) } } }',
    'query Other($isShown: Boolean = true) { __typename @include(if: $isShown) }',
  ])('with names, variables and the literals of the first tabs alone: %j', (text) => {
    expect(isKeepable(text, operations)).toBe(true);
  });

  test.each([
    '{ certification(impUid: "홍길동") { __typename } }',
    '{ certification(impUid: """010-1234-5678""") { __typename } }',
    'query ($name: String = "홍길동") { __typename }',
    '{ certification(impUid: 123456) { __typename } }',
    '{ certification(impUid: 1.5) { __typename } }',
    '{ certification(impUid: HONG) { __typename } }',
    '{ certification(impUid: [{ name: HONG }]) { __typename } }',
    '# 홍길동\n{ __typename }',
    '{ __typename } # 010-1234-5678',
    '{ p01012345678: __typename }',
    'query Hong19900101 { __typename }',
    '{ certification(impUid: "홍길동"',
    '홍길동',
  ])('but not with %j', (text) => {
    expect(isKeepable(text, operations)).toBe(false);
  });
});
