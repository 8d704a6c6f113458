/** How a call ended: with a value, or with a failure that its caller has to handle. */
export type Outcome<T, F> = Ok<T> | Failed<F>;

interface Ok<T> {
  readonly ok: true;
  readonly value: T;
}

interface Failed<F> {
  readonly ok: false;
  readonly failure: F;
}

export function ok<T>(value: T): Ok<T> {
  return { ok: true, value };
}

export function failed<F>(failure: F): Failed<F> {
  return { ok: false, failure };
}
