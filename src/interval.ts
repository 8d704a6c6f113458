/** A stretch of this process' monotonic clock, `performance.now()`, in ms. */
export interface Interval {
  readonly since: number;
  readonly until: number;
}
