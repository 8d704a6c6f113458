import { randomUUID } from 'node:crypto';

/** An id for a new verification: 32 letters and digits, as every provider takes them, of which nobody can guess 122 bits. */
export function newId(): string {
  return randomUUID().replaceAll('-', '');
}
