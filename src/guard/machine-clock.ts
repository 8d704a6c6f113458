import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A clock that all processes of one machine share until it starts again, and that no step of the wall clock moves. */
export interface MachineClock {
  /** Names this run of this machine. */
  readonly boot: string;
  /** In ms. */
  now(): number;
}

/** `now` is CLOCK_MONOTONIC on Linux (https://docs.libuv.org/en/v1.x/misc.html#c.uv_hrtime). */
export const MACHINE_CLOCK: MachineClock = {
  boot: bootId(),
  now: () => Number(process.hrtime.bigint()) / 1e6,
};

/** Elsewhere than on Linux each process has a name of its own: the time between two of them is then not counted. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return randomUUID();
  }
}
