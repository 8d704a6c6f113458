import { randomInt } from 'node:crypto';

/** A message the sandbox "sent" instead of a text to a phone. */
export interface SandboxSms {
  /** The id of V1 or V2. */
  readonly impUid: string;
  readonly phone: string;
  readonly code: string;
  readonly sentAt: Date;
}

export type SendSms = (sms: SandboxSms) => void;

export function freshCode(): string {
  return String(randomInt(1_000_000)).padStart(6, '0');
}
