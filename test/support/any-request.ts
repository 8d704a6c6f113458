import fc from 'fast-check';
import {
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
} from 'graphql';
import { createSchema } from '../../src/graphql/schema.ts';
import type { Answer } from './gateway.ts';

const schema = createSchema();
const typeNames = Object.keys(schema.getTypeMap());
const composites = Object.values(schema.getTypeMap()).filter(
  (type) => isCompositeType(type) && !type.name.startsWith('__'),
);

const ODD_NAMES = ['__proto__', 'constructor', 'toString', '__typename', '_entities', 'x', 'X', 'a'.repeat(200)];
const DIRECTIVES = [
  '@skip(if: true)',
  '@include(if: false)',
  '@skip(if: $b)',
  '@skip',
  '@defer',
  '@x',
  '@a(b: {c: 1})',
];
/** Scenarios of the sandbox that answer at once. */
const SCENARIOS = [200, 201, 202, 210, 220, 231, 232, 240, 400, 401, 404, 500, 503, 600, 601, 602, 603, 604, 614, 630];

const oddName = fc.constantFrom(...ODD_NAMES, ...typeNames);
const impUid = fc
  .tuple(fc.constantFrom(...SCENARIOS), fc.nat(999))
  .map(([scenario, serial]) => `imp_900${scenario}${String(serial).padStart(6, '0')}`);
const text = fc.oneof(
  { weight: 6, arbitrary: impUid },
  { weight: 3, arbitrary: fc.constantFrom('123456', '홍길동', '010-1234-5678', '1990-01-01', '1', 'SKT', '') },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
);
const anyJson = fc.oneof(text, fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(null, 0, -1, 2 ** 53, true, [], {}));

/** A key of one entity, or anything that can stand in its place. */
const representation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ __typename: fc.constant('Certification'), impUid }) },
  { weight: 2, arbitrary: fc.record({ __typename: fc.constant('Certification'), impUid: anyJson }) },
  {
    weight: 3,
    arbitrary: fc.record({ __typename: fc.oneof(oddName, anyJson), impUid, name: anyJson }, { requiredKeys: [] }),
  },
  { weight: 1, arbitrary: anyJson },
);
const representations = fc.oneof(
  { weight: 40, arbitrary: fc.array(representation, { maxLength: 12 }) },
  { weight: 1, arbitrary: fc.array(representation, { minLength: 100, maxLength: 130, size: 'max' }) },
  { weight: 2, arbitrary: anyJson },
);

/** Mostly what it should be. */
const mostly = <T>(usual: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 15, arbitrary: usual }, { weight: 1, arbitrary: anyJson });

const requestInput = fc.record(
  {
    name: mostly(fc.constantFrom('홍길동', '')),
    phone: mostly(fc.constantFrom('010-1234-5678', '02-123-4567')),
    birthday: mostly(fc.constantFrom('1990-01-01', '1990-02-30')),
    genderDigit: mostly(fc.constantFrom('1', '9')),
    carrier: mostly(fc.constantFrom('SKT', 'LGT_MVNO')),
    merchantUid: mostly(text),
    company: mostly(text),
    method: mostly(fc.constantFrom('SMS', 'APP')),
  },
  { requiredKeys: ['name', 'phone', 'birthday', 'genderDigit', 'carrier'] },
);

/** Variables of the names and types that documents below use. */
const variables = fc.record({
  id: mostly(impUid),
  otp: mostly(fc.constantFrom('123456', '000000')),
  input: mostly(requestInput),
  r: representations,
  n: mostly(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  b: mostly(fc.boolean()),
  a: mostly(fc.constantFrom('shop', '', 'a b')),
  c: mostly(fc.uniqueArray(fc.constantFrom('NAME', 'PERSON_ID', 'OVER_19'))),
});
const VARIABLE_OF: Readonly<Record<string, string>> = {
  impUid: '$id',
  otp: '$otp',
  input: '$input',
  representations: '$r',
  years: '$n',
  audience: '$a',
  claims: '$c',
};
const DEFINITIONS = [
  '$id: ID!',
  '$otp: String!',
  '$input: RequestIdentityOtpInput!',
  '$r: [_Any!]!',
  '$n: Int!',
  '$a: String!',
  '$c: [ProofClaim!]!',
  '$b: Boolean!',
];

const ODD_VALUES = ['null', '[]', '{}', '{ a: [1, {}] }', 'SKT', '1.5', 'true', '"""text"""', '$missing'];

type Draw = fc.GeneratorValue;

/** Draws documents over the whole schema: one half valid, so that it is executed, and one half with odd things all over. */
class DocumentWriter {
  readonly #draw: Draw;
  readonly #fragments: string[] = [];
  readonly #isOdd: boolean;
  #fieldsLeft = 60;
  #aliases = 0;

  constructor(draw: Draw) {
    this.#draw = draw;
    this.#isOdd = this.#seldom(2);
  }

  document(): string {
    const kind = this.#odd(6) ? 'subscription' : this.#pick('query', 'mutation');
    const root = kind === 'mutation' ? schema.getMutationType()! : schema.getQueryType()!;
    const depth = this.#int(2, 6);
    const selection =
      kind === 'mutation' && !this.#odd(3) ? `{ ${this.#one(root, depth)} }` : this.#selection(root, depth);
    const text = [selection, ...this.#fragments].join(' ');
    const used = new Set([...text.matchAll(/\$\w+/g)].map(([name]) => name));
    const definitions = DEFINITIONS.filter((definition) => used.has(definition.split(':')[0]!) !== this.#odd(20));
    const head = definitions.length > 0 ? `(${definitions.join(', ')})` : '';
    return `${kind} Q${head}${this.#directive()} ${text}`;
  }

  #selection(type: GraphQLNamedType, depth: number): string {
    const fields = Array.from({ length: this.#int(1, this.#seldom(8) ? 40 : 4) }, () => this.#one(type, depth));
    return `{ ${fields.filter(Boolean).join(' ') || '__typename'} }`;
  }

  #one(type: GraphQLNamedType, depth: number): string {
    this.#fieldsLeft -= 1;
    if (this.#fieldsLeft < 0) return '';
    if (depth > 0 && this.#seldom(5)) return this.#fragment(type, depth);
    if (isUnionType(type) || (isInterfaceType(type) && this.#seldom(2))) return this.#inlineFragment(type, depth);
    const fields = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
    const field = fields.length > 0 && !this.#odd(12) ? this.#pick(...fields) : null;
    if (!field) return `${this.#alias()}${this.#odd(2) ? this.#draw(() => oddName) : '__typename'}${this.#directive()}`;
    return `${this.#alias()}${field.name}${this.#args(field)}${this.#directive()} ${this.#below(field, depth)}`;
  }

  #alias(): string {
    if (!this.#seldom(3)) return '';
    if (this.#odd(4)) return `${this.#pick('a', 'impUid', '__typename', 'a'.repeat(65))}: `;
    return `a${this.#aliases++}: `;
  }

  #below(field: GraphQLField<unknown, unknown>, depth: number): string {
    const type = getNamedType(field.type);
    if (isCompositeType(type) === this.#odd(40)) return '';
    return depth > 0 ? this.#selection(type, depth - 1) : '{ __typename }';
  }

  #inlineFragment(type: GraphQLNamedType, depth: number): string {
    const possible = isUnionType(type) || isInterfaceType(type) ? schema.getPossibleTypes(type) : [type];
    const on = this.#odd(15) ? this.#pick(...composites) : this.#pick(...possible);
    return `... on ${on.name}${this.#directive()} ${this.#selection(on, depth - 1)}`;
  }

  /** A spread of a new fragment, or in an odd document of one that exists: itself included, so that there are cycles. */
  #fragment(type: GraphQLNamedType, depth: number): string {
    if (this.#seldom(2)) return this.#inlineFragment(type, depth);
    if (this.#odd(2)) return `...F${this.#int(0, this.#fragments.length)}${this.#directive()}`;
    const index = this.#fragments.push('') - 1;
    this.#fragments[index] = `fragment F${index} on ${type.name} ${this.#selection(type, depth - 1)}`;
    return `...F${index}${this.#directive()}`;
  }

  #args(field: GraphQLField<unknown, unknown>): string {
    const args = field.args.filter(() => !this.#odd(25)).map(({ name, type }) => `${name}: ${this.#value(name, type)}`);
    if (this.#odd(25)) args.push('x: 1');
    return args.length > 0 ? `(${args.join(', ')})` : '';
  }

  #value(name: string, type: GraphQLInputType): string {
    if (!this.#odd(3)) return VARIABLE_OF[name] ?? 'true';
    const named = getNamedType(type);
    if (this.#seldom(4)) return this.#pick(...ODD_VALUES);
    if (isListType(isNonNullType(type) ? type.ofType : type)) return `[${literal(this.#draw(() => representation))}]`;
    if (isInputObjectType(named)) return literal(this.#draw(() => requestInput));
    if (isEnumType(named)) return this.#pick(...named.getValues().map(({ name: value }) => value));
    return literal(this.#draw(() => text));
  }

  #directive(): string {
    if (!this.#seldom(20)) return '';
    return this.#odd(2)
      ? ` ${Array(this.#int(1, 3))
          .fill(this.#pick(...DIRECTIVES))
          .join(' ')}`
      : ' @include(if: $b)';
  }

  #pick<T>(...values: readonly T[]): T {
    return values[this.#int(0, values.length - 1)]!;
  }

  #int(min: number, max: number): number {
    return this.#draw(() => fc.integer({ min, max }));
  }

  /** True once in so many times. */
  #seldom(times: number): boolean {
    return this.#int(1, times) === times;
  }

  /** True once in so many times where this document is an odd one. */
  #odd(times: number): boolean {
    return this.#isOdd && this.#seldom(times);
  }
}

/** A JSON value as a GraphQL literal; keys that are no names are left out. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([key]) => /^[A-Za-z_]\w*$/.test(key));
  return `{ ${fields.map(([key, item]) => `${key}: ${literal(item)}`).join(', ')} }`;
}

const document = fc.gen().map((draw) => new DocumentWriter(draw).document());
const oddDocument = fc.oneof(
  fc.string({ unit: 'binary' }),
  document.map((query) => query.slice(0, query.length / 2)),
  fc.constantFrom(
    '',
    '{',
    '{ __schema { types { name fields { name } } } }',
    '{ _service { sdl } }',
    '{ ...F } fragment F on Query { __schema { types { ...T } } } fragment T on __Type { a: name ...T }',
  ),
);

/** The body of a POST: a document over the whole schema with variables for it, seldom something else. */
export const anyRequestBody: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 20, arbitrary: fc.record({ query: document, variables }) },
  { weight: 2, arbitrary: fc.record({ query: oddDocument, variables }) },
  {
    weight: 1,
    arbitrary: fc.record(
      { query: fc.oneof(document, anyJson), variables: anyJson, operationName: anyJson, extensions: anyJson },
      { requiredKeys: [] },
    ),
  },
  { weight: 1, arbitrary: anyJson },
);

const MAX_ANSWER_BYTES = 1_000_000;

/** What no answer may be, whatever was asked; empty where all is well. */
export function wrongWith(sent: unknown, { status, text, body }: Answer): string[] {
  const bytes = Buffer.byteLength(text);
  const errorBytes = JSON.stringify(body.errors ?? []).length;
  const sentBytes = JSON.stringify(sent).length;
  const wrongs = [
    ...(status >= 500 ? [`status ${status}`] : []),
    ...(text.includes('INTERNAL_SERVER_ERROR') ? ['an unexpected error'] : []),
    ...(bytes > MAX_ANSWER_BYTES ? [`an answer of ${bytes} bytes`] : []),
    ...(errorBytes > 4 * sentBytes + 4_000 ? [`${errorBytes} bytes of errors for ${sentBytes} bytes`] : []),
  ];
  return wrongs.map((wrong) => `${wrong}: ${text.slice(0, 500)} for ${JSON.stringify(sent)}`);
}
