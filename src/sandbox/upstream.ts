import { type Answer, delivered } from './answers.ts';
import { createEntries, magicEntry } from './entries.ts';
import type { Entry } from './entry.ts';
import { type Scenario, scenarioOf } from './scenarios.ts';
import type { ApiVersion, CallKind } from './version.ts';

export type Upstream = ReturnType<typeof createUpstream>;

/** The records of one version of the API, and what magic impUids do to the calls that name them. */
export function createUpstream(version: ApiVersion, now: () => number) {
  const entries = createEntries();

  /** Answers a call about an impUid. What a magic impUid does to every call comes before what the call itself does. */
  function answerAbout(
    impUid: string,
    kind: CallKind,
    act: (entry: Entry | undefined, row: Scenario) => Answer,
  ): Answer {
    const magic = scenarioOf(impUid);
    if (magic?.denied === 'always') return version.unauthorized();
    if (magic?.isUnknown) return version.notFound();
    if (magic?.always !== undefined) {
      return magic.always(version, { ...magicEntry(impUid, magic, now()), certifiedAt: now() }, kind);
    }
    if (magic !== undefined && !entries.has(impUid)) {
      entries.remember(magicEntry(impUid, magic, now()));
      if (magic.denied === 'once') return version.unauthorized();
    }
    const answer = act(entries.get(impUid), magic ?? {});
    if (answer.status === 404) return answer; // nothing happened that could be lost
    return delivered(answer, kind !== 'read' && magic?.losesChanges ? 'reset' : (magic?.delivery ?? answer.delivery));
  }

  /** The same for a call that needs a record. */
  function answerAboutKnown(impUid: string, kind: CallKind, act: (entry: Entry, row: Scenario) => Answer): Answer {
    return answerAbout(impUid, kind, (entry, row) => (entry === undefined ? version.notFound() : act(entry, row)));
  }

  return { entries, answerAbout, answerAboutKnown };
}
