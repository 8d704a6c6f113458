/** What one check found. A text says what is, and after a colon what to do; it never has a key, a secret or a token in it. */
export interface Finding {
  readonly state: 'ok' | 'warning' | 'problem';
  /** What was checked, in one word. */
  readonly name: string;
  readonly text: string;
}

export function ok(name: string, text: string): Finding {
  return { state: 'ok', name, text };
}

export function warning(name: string, text: string): Finding {
  return { state: 'warning', name, text };
}

export function problem(name: string, text: string): Finding {
  return { state: 'problem', name, text };
}

/** The same as `work`, or an error after `ms`. The work goes on, and its own end is then nobody's. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new TooSlow()), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

export class TooSlow extends Error {
  override readonly name = 'TooSlow';
}
