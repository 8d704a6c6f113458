/** Korea has kept one offset without daylight saving since 1988. */
const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const OFFSET_MS = 9 * HOUR_MS;

/** Today's date in Seoul, `YYYY-MM-DD`. */
export function todayInSeoul(now: Date = new Date()): string {
  return new Date(now.getTime() + OFFSET_MS).toISOString().slice(0, 10);
}

/** A day of the calendar, `YYYY-MM-DD`, or null for anything else, 30 February included. */
export function calendarDay(year: string, month: string, day: string): string | null {
  const iso = `${year}-${month}-${day}`;
  const date = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : null;
}

/**
 * The day, `YYYY-MM-DD`, that begins in Seoul at these unix seconds, or null for seconds that are no midnight there.
 * Seoul was 30 minutes behind today's offset until 1961, and an hour ahead of it in some summers: the nearest midnight is meant.
 */
export function dayOfMidnight(seconds: number): string | null {
  const local = seconds * 1000 + OFFSET_MS;
  const midnight = Math.round(local / DAY_MS) * DAY_MS;
  return Math.abs(local - midnight) <= HOUR_MS ? new Date(midnight).toISOString().slice(0, 10) : null;
}

/**
 * The unix seconds of the midnight in Seoul at which a day, `YYYY-MM-DD`, begins by today's offset; null where they take more than
 * the 32 bits of GraphQL's Int.
 */
export function midnightOf(day: string): number | null {
  const seconds = (Date.parse(`${day}T00:00:00Z`) - OFFSET_MS) / 1000;
  return Math.abs(seconds) < 2 ** 31 ? seconds : null;
}

/**
 * Whether somebody born on `birthday` has turned `years` by `today`, both `YYYY-MM-DD`.
 * A person born on 29 February turns a year older on 1 March where there is no 29th.
 */
export function isAtLeastAge(birthday: string, years: number, today: string): boolean {
  const turns = Number(birthday.slice(0, 4)) + years;
  const [year, ...monthAndDay] = today.split('-');
  if (turns !== Number(year)) return turns < Number(year);
  return birthday.slice(5) <= monthAndDay.join('-');
}
