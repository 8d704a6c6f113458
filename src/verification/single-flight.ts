import type { Span } from '@opentelemetry/api';
import { activeSpan, linkTo } from '../traces.ts';

/**
 * Makes equal calls at the same time one, whose answer all of them get. In a trace the calls upstream are the first one's, and the
 * others are linked to it.
 */
export function createSingleFlight<T>(): (key: string, work: () => Promise<T>) => Promise<T> {
  const inFlight = new Map<string, { readonly answer: Promise<T>; readonly span: Span | undefined }>();
  return (key, work) => {
    const running = inFlight.get(key);
    if (running) {
      linkTo(running.span);
      return running.answer;
    }
    const answer = work().finally(() => inFlight.delete(key));
    inFlight.set(key, { answer, span: activeSpan() });
    return answer;
  };
}
