import { createPublicKey } from 'node:crypto';
import { z } from 'zod';
import { isNetwork } from '../address.ts';

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
  return z.coerce.number(error).refine(isInRange, error).describe(values);
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

export function publicKey() {
  return checked(isPublicKey, 'a public key in PEM');
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
