import { createHash } from 'node:crypto';

/** Values that must not come out anywhere, by what they are. */
export type Canaries = Readonly<Record<string, readonly string[]>>;

const HASHES = ['md5', 'sha1', 'sha256', 'sha384', 'sha512'];

/** Of a hash that is cut off this much is enough to try six digits or a phone number against. */
const HASH_CHARACTERS = 16;

/** Finds what canaries a text has in it, by name; also as JSON, a URL, base64, hex or a plain hash spells them. */
export function createFinder(canaries: Canaries): (text: string) => string[] {
  const patterns = Object.entries(canaries).map(
    ([name, values]) => [name, new RegExp(values.flatMap(spellings).map(asPattern).join('|'))] as const,
  );
  return (text) => patterns.filter(([, pattern]) => pattern.test(text)).map(([name]) => name);
}

function spellings(value: string): string[] {
  const bytes = Buffer.from(value);
  const hashes = HASHES.map((name) => createHash(name).update(value).digest());
  return [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    value.replace(/[^ -~]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`),
    bytes.toString('hex'),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    ...hashes.flatMap((hash) =>
      (['hex', 'base64', 'base64url'] as const).map((encoding) => hash.toString(encoding).slice(0, HASH_CHARACTERS)),
    ),
  ];
}

/** Digits inside of longer digits are something else: times and counters are full of them. */
function asPattern(spelling: string): string {
  return /^\d+$/.test(spelling) ? `(?<!\\d)${spelling}(?!\\d)` : spelling.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
}
