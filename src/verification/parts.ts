import type { Deadlines } from '../deadlines.ts';
import type { Attempts } from '../guard/attempt-records.ts';
import type { IdentityWindows } from '../guard/identity-windows.ts';
import type { Limits } from '../guard/limits.ts';
import type { Requests } from '../guard/requests.ts';
import type { IdentityUpstream } from '../upstream/upstream.ts';

/** What the use cases work with: the upstream, and the rules of who may ask it for what. */
export interface Parts {
  readonly upstream: IdentityUpstream;
  readonly attempts: Attempts;
  readonly identityWindows: IdentityWindows;
  readonly limits: Limits;
  readonly requests: Requests;
  readonly deadlines: Pick<Deadlines, 'answerMs' | 'readBackDelayMs'>;
  /** How long a code can probably be confirmed. */
  readonly codeLifetimeMs: number;
}
