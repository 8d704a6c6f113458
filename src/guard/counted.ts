import type { OnEvent } from '../events.ts';
import type { Guard } from './guard.ts';

/** The same guard, which tells how every call ended. */
export function counted(guard: Guard, onEvent: OnEvent): Guard {
  async function tell<T>(call: keyof Guard, outcome: Promise<T>): Promise<T> {
    onEvent({ kind: 'outcome', call, code: codeOf(await outcome) });
    return outcome;
  }
  return {
    request: (...args) => tell('request', guard.request(...args)),
    confirm: (...args) => tell('confirm', guard.confirm(...args)),
    read: (...args) => tell('read', guard.read(...args)),
    delete: (...args) => tell('delete', guard.delete(...args)),
  };
}

function codeOf(outcome: unknown): string {
  if (typeof outcome !== 'object' || outcome === null) return 'OK';
  if ('code' in outcome) return String(outcome.code);
  return 'kind' in outcome ? 'INVALID_INPUT' : 'OK';
}
