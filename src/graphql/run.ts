import type { OnEvent, Operation } from '../events.ts';
import type { Failure } from '../failure.ts';
import { noSpending, withSpending } from '../spending.ts';
import type { Run } from './context.ts';

/** The facts of a request that the lines of its operations share. */
export type RequestFacts = Pick<Operation, 'requestId' | 'traceId' | 'callerHmac'>;

export interface Operations {
  readonly run: Run;
  readonly hasFailed: () => boolean;
}

/** Runs the operations of one request, each as `runOne` does: counts how each ended, and tells the log what it took. */
export function createOperations(
  facts: RequestFacts,
  onEvent: OnEvent,
  onOperation: (operation: Operation) => void,
  runOne: Run,
): Operations {
  let hasFailed = false;

  return {
    hasFailed: () => hasFailed,
    async run(call, impUid, work) {
      const since = performance.now();
      const spending = noSpending();
      const outcome = await withSpending(spending, () => runOne(call, impUid, work));
      const ms = performance.now() - since;
      const failure: Failure | null = outcome.ok ? null : outcome.failure;
      hasFailed ||= failure !== null;
      const code = failure?.code ?? 'OK';
      onEvent({ kind: 'outcome', call, code, ms });
      const { providerCode = null, attemptsRemaining = null } = failure ?? {};
      // A request for a code has no impUid until it is answered.
      const id = impUid ?? (outcome.ok && typeof outcome.value === 'string' ? outcome.value : null);
      onOperation({ ...facts, call, code, providerCode, attemptsRemaining, impUid: id, ms, ...spending });
      return outcome;
    },
  };
}
