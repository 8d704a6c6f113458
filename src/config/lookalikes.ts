/** A name in the environment that is no setting, and the setting whose name it resembles. */
interface Lookalike {
  readonly name: string;
  readonly meant: string;
}

/** Names that differ from an unset setting in a few letters, in capitals or in underscores. */
export function lookalikes(names: readonly string[], settings: readonly string[]): Lookalike[] {
  const known = new Set(settings);
  const unset = settings.filter((setting) => !names.includes(setting));
  return names
    .filter((name) => !known.has(name))
    .flatMap((name) => {
      const [nearest] = unset
        .map((meant) => ({ meant, far: distance(letters(name), letters(meant)) }))
        .filter(({ meant, far }) => far <= tolerance(name, meant))
        .toSorted((a, b) => a.far - b.far);
      return nearest ? [{ name, meant: nearest.meant }] : [];
    });
}

/** The word that a person who typed another one probably meant: it begins with that, or differs in one letter or two. */
export function nearestWord(typed: string, words: readonly string[]): string | undefined {
  const from = letters(typed);
  const [nearest] = words
    .map((meant) => ({ meant, to: letters(meant) }))
    .map(({ meant, to }) => ({ meant, to, far: to.startsWith(from) ? 0 : distance(from, to) }))
    .filter(({ to, far }) => far < from.length && far <= (to[0] === from[0] ? 2 : 1))
    .toSorted((a, b) => a.far - b.far);
  return nearest?.meant;
}

/** How many letters may differ. Other programs have variables with names like ours, but none that begins with IAMPORT_. */
function tolerance(name: string, setting: string): number {
  if (name.startsWith('IAMPORT_') && setting.startsWith('IAMPORT_')) return 4;
  const { length } = letters(setting);
  if (firstWord(name) === firstWord(setting)) return Math.floor(length / 6);
  return length < 8 ? 0 : 1;
}

function letters(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
}

function firstWord(name: string): string | undefined {
  return /^[A-Z]+(?=_)/.exec(name)?.[0];
}

/** Levenshtein: the least number of letters to insert, delete or replace. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of Array.from(from).entries()) {
    const next = [index + 1];
    for (let at = 1; at <= to.length; at += 1)
      next.push(Math.min(row[at]! + 1, next[at - 1]! + 1, row[at - 1]! + (letter === to[at - 1] ? 0 : 1)));
    row = next;
  }
  return row[to.length]!;
}
