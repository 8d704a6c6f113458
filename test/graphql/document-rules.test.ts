import { describe, expect, test } from '@jest/globals';
import { buildSchema, parse, validate, type ValidationRule } from 'graphql';
import {
  closedSdl,
  everyAliasBounded,
  oneLongRootField,
  oneMutationField,
  otpAsVariable,
  plainIntrospection,
} from '../../src/graphql/document-rules.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { doublingFragments } from '../support/fragments.ts';

const schema = createSchema();

/** What one rule alone says of a document; every problem says where it is. */
function problems(rule: ValidationRule, document: string, of = schema): string[] {
  const errors = validate(of, parse(document), [rule]);
  for (const { locations } of errors) expect(locations).toHaveLength(1);
  return errors.map(({ message }) => message);
}

const many = (count: number, field: string): string =>
  Array.from({ length: count }, (_, index) => `a${index}: ${field}`).join(' ');

describe('the one mutation of a request', () => {
  const CONFIRM = 'confirmIdentityOtp(impUid: "imp_123456", otp: $otp) { __typename }';
  const A = `fragment A on Mutation { ${CONFIRM} }`;

  test.each([
    ['two fields', `mutation { ${many(2, CONFIRM)} }`],
    ['a field and a fragment', `mutation { ${CONFIRM} ...A } ${A}`],
    ['a fragment twice', `mutation { ...A ...A } ${A}`],
    [
      'fragments that share one',
      `mutation { ...B ...C } fragment B on Mutation { ...A } fragment C on Mutation { ...A } ${A}`,
    ],
    ['an inline fragment and a field', `mutation { ... { ${CONFIRM} } ${CONFIRM} }`],
  ])('is more than one with %s', (_how, document) => {
    expect(problems(oneMutationField, document)).toEqual(['A mutation may have one field of identity verification.']);
  });

  test.each([
    ['one field', `mutation { __typename ${CONFIRM} }`],
    ['a fragment that is not there', `mutation { ...Nowhere ...Nowhere ${CONFIRM} }`],
    ['one in each operation', `mutation A { ${CONFIRM} } mutation B { ${CONFIRM} }`],
    ['fields of a query that have its name', `{ ${many(2, 'confirmIdentityOtp')} }`],
  ])('is one with %s', (_how, document) => {
    expect(problems(oneMutationField, document)).toEqual([]);
  });

  // Apollo Server stops these before our own rule sees them; a host's server may not.
  test.each([
    ['a field', CONFIRM, 1],
    ['nothing', '...Nowhere', 0],
    ['themselves', '...F0', 0],
  ])('is counted in a few steps where fragments double to %s', (_name, last, errors) => {
    const document = parse(`mutation { ...F0 } ${doublingFragments(last)}`);
    const inFewSteps: ValidationRule = (context) => {
      const getFragment = context.getFragment.bind(context);
      let steps = 0;
      context.getFragment = (name) => {
        steps += 1;
        if (steps > 1_000) throw new Error('Fragments are entered again and again');
        return getFragment(name);
      };
      return oneMutationField(context);
    };
    expect(validate(schema, document, [inFewSteps])).toHaveLength(errors);
  });
});

test.each(['_entities', '_service', '__schema', '__type'])(
  'an operation has one %s field, and one of each kind',
  (field) => {
    const twice = `{ a: ${field} { __typename } ...B } fragment B on Query { ${field} { __typename } }`;
    expect(problems(oneLongRootField, twice)).toEqual([`An operation may have one ${field} field.`]);
    expect(problems(oneLongRootField, '{ _entities _service __schema __type a: __typename b: __typename }')).toEqual(
      [],
    );
  },
);

describe('a code inside a document', () => {
  const confirm = (argument: string): string => `confirmIdentityOtp(impUid: "imp_123456"${argument}) { __typename }`;

  test.each([
    ['as text', `mutation { ${confirm(', otp: "123456"')} }`],
    ['as the default of its variable', `mutation($otp: String = "123456") { ${confirm(', otp: $otp')} }`],
    [
      'as a default, sent by a fragment',
      `mutation($otp: String = "123456") { ...A } fragment A on Mutation { ${confirm(', otp: $otp')} }`,
    ],
  ])('is refused %s', (_how, document) => {
    expect(problems(otpAsVariable, document)).toEqual(['Send otp as a variable, not inside the document.']);
  });

  test.each([
    ['is none where it is a variable', `mutation($otp: String!) { ${confirm(', otp: $otp')} }`],
    ['is none where no code is sent', `mutation { ${confirm('')} __typename }`],
    [
      'is none in the default of another variable',
      `mutation($otp: String!, $b: Boolean = true) { a: __typename @include(if: $b) ${confirm(', otp: $otp')} }`,
    ],
    ['is none in a field of nobody', '{ nobody { nothing(otp: "123456") } }'],
    ['is none in a type', 'type Otp { otp(otp: String = "123456"): String }'],
  ])('%s', (_how, document) => {
    expect(problems(otpAsVariable, document)).toEqual([]);
  });
});

describe('an introspection', () => {
  test.each(['__schema { types { a: name } }', '__schema { ...S } ', '__type(name: "Query") { fields { a: name } }'])(
    'has no alias: %s',
    (field) => {
      const document = `{ ${field} } fragment S on __Schema { a: types { name } }`;
      expect(problems(plainIntrospection, document)).toEqual(['An introspection may have no aliases.']);
    },
  );

  test('can be named by an alias itself, and fields beside it can have aliases inside', () => {
    const document = '{ a: __schema { types { name } } certification(impUid: "imp_123456") { a: __typename } }';
    expect(problems(plainIntrospection, document)).toEqual([]);
  });

  test('is closed for the SDL, and for nothing else', () => {
    expect(problems(closedSdl, '{ a: _service { sdl } }')).toEqual(['The schema is not public here.']);
    expect(problems(closedSdl, '{ __typename certification(impUid: "imp_123456") { __typename } }')).toEqual([]);
  });
});

test('a document has thirty aliases, of whatever fields', () => {
  const host = buildSchema('type Query { me: String }');
  expect(problems(everyAliasBounded, `{ ${many(30, 'me')} }`, host)).toEqual([]);
  expect(problems(everyAliasBounded, `{ ${many(31, 'me')} }`, host)).toEqual([
    'A document may have 30 aliases of 64 characters each.',
  ]);
});
