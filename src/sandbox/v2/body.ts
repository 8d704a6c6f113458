import { isIP } from 'node:net';
import { HONG, type Person, isMobileNumber, readBirthday, readGenderDigit } from '../people.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The fields of a JSON object, whatever its content type; an empty body has none, and null is any other text. */
export function parseFields(body: string): Fields | null {
  if (body.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(body);
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}

export interface Send {
  readonly person: Person;
  readonly isApp: boolean;
  readonly channelKey: string;
  readonly customData: string | null;
}

/** What a send asks for, or the name of the field that is missing or wrong. */
export function readSend(fields: Fields): Send | string {
  const { channelKey, customer, operator, method, customData, bypass } = fields;
  if (typeof channelKey !== 'string') return 'channelKey';
  if (!isFields(customer)) return 'customer';
  if (method !== 'SMS' && method !== 'APP') return 'method';
  if (typeof operator !== 'string' || !/^(SKT|KT|LGU)(_MVNO)?$/.test(operator)) return 'operator';
  if (!isAbsent(customData) && typeof customData !== 'string') return 'customData';
  if (!isAbsent(bypass) && !isFields(bypass)) return 'bypass';
  const isApp = method === 'APP';
  const person = readCustomer(customer, operator.replace('LGU', 'LGT'), isApp);
  if (typeof person === 'string') return `customer.${person}`;
  return { person, isApp, channelKey, customData: customData ?? null };
}

function readCustomer(customer: Fields, carrier: string, isApp: boolean): Person | string {
  const { id, name, phoneNumber, identityNumber, ipAddress } = customer;
  if (!isAbsent(id) && typeof id !== 'string') return 'id';
  if (typeof name !== 'string' || name.trim() === '') return 'name';
  if (typeof phoneNumber !== 'string' || !isMobileNumber(phoneNumber)) return 'phoneNumber';
  if (typeof ipAddress !== 'string' || isIP(ipAddress) === 0) return 'ipAddress';
  const known = { name: name.trim(), phone: phoneNumber, carrier, hasCi: true };
  // By app the person's own device says when they were born.
  if (isApp && isAbsent(identityNumber)) return { ...HONG, ...known };
  if (typeof identityNumber !== 'string' || !/^\d{6}[1-8]$/.test(identityNumber)) return 'identityNumber';
  const genderDigit = identityNumber.slice(6);
  const birthday = readBirthday(identityNumber.slice(0, 6), genderDigit);
  return birthday === null ? 'identityNumber' : { ...known, birthday, ...readGenderDigit(genderDigit) };
}

function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
