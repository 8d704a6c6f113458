import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { isNetwork } from '../address.ts';
import { signingKeys } from './signing-keys.ts';
import { redisAddress } from './redis-address.ts';
import { PROVIDER_NAMES, type Channel } from '../upstream/channel.ts';

// The description of each schema names its allowed values in `docs/settings.md`; no message repeats a value.

/** A limit of `points` calls in each window of `seconds`. */
export interface Rate {
  readonly points: number;
  readonly seconds: number;
}

/** A setting that is null where the environment does not have it. */
export function optional<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullable().default(null);
}

export function text(values = 'any text') {
  return z.string().describe(values);
}

export function secret(length: number) {
  const values = `at least ${length} characters`;
  return z.string().min(length, `must have ${values}`).describe(values);
}

export function wholeNumber(min: number, max: number) {
  const values = `a whole number from ${min} to ${max}`;
  const error = `must be ${values}`;
  const isInRange = (number: number) => Number.isInteger(number) && number >= min && number <= max;
  return z.coerce.number<string>(error).refine(isInRange, error).describe(values);
}

/** A service called `admin` in the same namespace sets `ADMIN_PORT` to its address in every pod. */
export function port() {
  const error =
    'is the address of a Kubernetes service: set enableServiceLinks: false in the pod, or the port in its environment';
  const number = wholeNumber(0, 65_535);
  return z
    .string()
    .refine((text) => !text.startsWith('tcp://'), error)
    .pipe(number)
    .describe(number.description!);
}

export function oneOf<const Words extends readonly string[]>(words: Words, values: string) {
  return z.enum(words, `must be ${values}`).describe(values);
}

export function boolean() {
  return oneOf(['true', 'false'], 'true or false').transform((word) => word === 'true');
}

export function url(protocol: RegExp, values: string) {
  return z.url({ protocol, error: `must be ${values}` }).describe(values);
}

const BASE64 = 'base64:';

/** A secret as its text, or as bytes after `base64:`, in either alphabet. */
export function encodedSecret(length: number) {
  const values = `at least ${length} characters, or \`${BASE64}\` and at least ${length} bytes in base64`;
  const isLong = (text: string): boolean =>
    text.startsWith(BASE64)
      ? /^[\w+/-]+={0,2}$/.test(text.slice(BASE64.length)) && sharedSecret(text).length >= length
      : text.length >= length;
  return z.string().refine(isLong, `must have ${values}`).describe(values);
}

/** The bytes that an `encodedSecret` stands for. */
export function sharedSecret(text: string): Uint8Array {
  return text.startsWith(BASE64) ? Buffer.from(text.slice(BASE64.length), 'base64') : new TextEncoder().encode(text);
}

/** Many places that hold an environment take one line only, so that `\n` in it stands for a line break. */
function pem() {
  return z.string().transform((text) => text.replaceAll(/(\\r)?\\n/g, '\n'));
}

export function privateKeys() {
  const values = 'one or more private keys in PEM (PKCS #8), each P-256 or Ed25519, `\\n` for line breaks allowed';
  const error = 'must be private keys in PEM (PKCS #8), each P-256 or Ed25519 and without a password';
  return pem()
    .refine((text) => signingKeys(text) !== null, error)
    .describe(values);
}

export function publicKey() {
  const values = 'a public key in PEM, `\\n` for its line breaks allowed';
  const isPrivate = 'holds a private key, which nobody but the token issuer may have: set its public key';
  return pem()
    .refine((pem) => !pem.includes('PRIVATE KEY-----'), { error: isPrivate, abort: true }) // node makes its public key of it
    .refine(isPublicKey, 'must be a public key in PEM')
    .describe(values);
}

export function redisUrl() {
  return checked((text) => redisAddress(text) !== null, 'a redis, rediss, redis-cluster or redis-sentinel URL');
}

/** `danal=key-a,kcp_v2=key-b`, or keys alone. One that is there twice would be asked twice, for one person. */
export function channels() {
  const values = `channel keys, separated by commas, each alone or after ${PROVIDER_NAMES.map((name) => `\`${name}=\``).join(' or ')}`;
  const isChannel = ({ key, provider }: Channel): boolean =>
    /^[^=]+$/.test(key ?? '') && (provider === null || PROVIDER_NAMES.includes(provider));
  return z
    .string()
    .transform((list): readonly Channel[] =>
      list.split(',').map((item) => {
        const [, provider = null, key] = /^(?:([^=]*)=)?(.*)$/s.exec(item.trim())!;
        return { provider: provider as Channel['provider'], key: key!.trim() };
      }),
    )
    .refine(
      (list) => list.every(isChannel) && new Set(list.map(({ key }) => key)).size === list.length,
      `must be ${values.replaceAll('`', '')}`,
    )
    .describe(values);
}

/** Any other character is refused by node when the header is sent, which would look like an upstream that cannot be reached. */
export function headerText() {
  return checked((text) => /^[ -~]+$/.test(text), 'ASCII characters on one line');
}

export function jsonObject() {
  return checked(isJsonObject, 'a JSON object');
}

export function networks() {
  const values = 'addresses or CIDRs, separated by commas';
  return z
    .string()
    .transform((list): readonly string[] => list.split(',').map((item) => item.trim()))
    .refine((list) => list.every(isNetwork), `must be ${values}`)
    .describe(values);
}

export function origins() {
  const values = 'origins such as https://app.example.com, separated by commas';
  return z
    .string()
    .transform((list): readonly string[] => list.split(',').map((item) => item.trim()))
    .refine(
      (list) => list.every((item) => /^https?:/.test(item) && URL.parse(item)?.origin === item),
      `must be ${values}`,
    )
    .describe(values);
}

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;
const RATE = String.raw`(\d{1,9})\/([1-9]\d{0,4})([smhd])`;

/** `5/1h,10/1d` allows five calls an hour and ten a day; `off` is no limit. */
export function rates(standard: string) {
  return z
    .string()
    .regex(new RegExp(`^(off|${RATE}(,${RATE})*)$`), 'must be like 5/1h,10/1d, or off')
    .transform((list): readonly Rate[] =>
      Array.from(list.matchAll(new RegExp(RATE, 'g')), ([, points, count, unit]) => ({
        points: Number(points),
        seconds: Number(count) * SECONDS[unit as keyof typeof SECONDS],
      })),
    )
    .describe('rates, or `off`')
    .prefault(standard);
}

function checked(isValid: (text: string) => boolean, values: string) {
  return z.string().refine(isValid, `must be ${values}`).describe(values);
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function isPublicKey(pem: string): boolean {
  try {
    createPublicKey(pem);
    return true;
  } catch {
    return false;
  }
}
