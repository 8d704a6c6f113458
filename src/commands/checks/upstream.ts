import type { Config, IamportConfig } from '../../config.ts';
import { PROBE_IMP_UID } from '../../upstream/ask.ts';
import { withBudget } from '../../upstream/budget.ts';
import { addressOf } from '../../upstream/calls.ts';
import { ENDPOINTS } from '../../iamport/endpoints.ts';
import { openEnvelope } from '../../iamport/envelope.ts';
import { UpstreamFault, UpstreamRefusal, type FaultReason } from '../../upstream/errors.ts';
import { createHttp } from '../../upstream/http.ts';
import { createSession } from '../../iamport/session.ts';
import type { Interval } from '../../interval.ts';
import { ok, problem, warning, type Finding } from './finding.ts';

/** A log-in and a read, however long the deadlines of the settings are. */
const LIMIT_MS = 10_000;

/** Two machines whose clocks are kept by NTP differ by far less; tokens of callers have 30 s. */
const TOLERATED_SKEW_S = 5;

/** How a try of the upstream ended, as the rest of a sentence about its host. */
const ENDS: Partial<Record<FaultReason, string>> = {
  connect: 'cannot be reached: check IAMPORT_BASE_URL, the name look-up, the firewall and HTTPS_PROXY',
  tls: 'is reached, and TLS fails: check its certificate, and set NODE_EXTRA_CA_CERTS where a proxy has its own',
  timeout: 'does not answer in time: try again, and look at the way to it',
  cut: 'cuts the connection before it answers: check IAMPORT_BASE_URL and the proxies in between',
  'rate-limited': 'answers that there are too many calls: try again in some minutes',
  'login-refused':
    'refuses the log-in: compare IAMPORT_API_KEY and IAMPORT_API_SECRET with the PortOne console, and its list of allowed addresses',
  unauthorized:
    'accepts the log-in and refuses its token: look for a list of allowed addresses in the PortOne console, or a proxy that drops the header authorization',
};

/** Logs in at the upstream, or at an embedded sandbox on a free port, and reads a verification that is nobody's. */
export async function checkUpstream({ isSandbox, iamport }: Config, limitMs = LIMIT_MS): Promise<readonly Finding[]> {
  if (!isSandbox) return findingsOf(new URL(iamport.baseUrl).host, await tryUpstream(iamport, limitMs));
  const { createSandbox } = await import('../../sandbox/sandbox.ts');
  const sandbox = await createSandbox();
  try {
    const { end, ms } = await tryUpstream({ ...iamport, baseUrl: sandbox.url }, limitMs);
    if (end !== 'ok') return [problem('upstream', `the embedded sandbox does not work (${end})`)];
    return [ok('upstream', `the embedded sandbox answers in ${ms} ms: nothing real was tried`)];
  } finally {
    await sandbox.close();
  }
}

interface Trial {
  /** `refused` is a read that the upstream refused. */
  readonly end: 'ok' | 'refused' | FaultReason;
  /** Of the last answer; null without one. */
  readonly status: number | null;
  readonly ms: number;
  readonly isLoggedIn: boolean;
  /** How far the upstream's clock is ahead of this machine's; null where no answer had a time. */
  readonly skewMs: number | null;
}

async function tryUpstream(iamport: IamportConfig, limitMs: number): Promise<Trial> {
  const http = createHttp(iamport);
  const heard: number[] = [];
  let status: number | null = null;
  let isLoggedIn = false;
  let loginFault: FaultReason | null = null;
  const session = createSession({
    ...iamport,
    http: {
      async send(request) {
        const answer = await http.send(request);
        status = answer.status;
        return answer;
      },
    },
    timeoutMs: Math.min(iamport.readTimeoutMs, limitMs),
    breaker: iamport.policies,
    onLogin: (nowMs, call) => heard.push(skewOf(nowMs, call)),
    onEvent(event) {
      if (event.kind === 'login') isLoggedIn = event.isAccepted;
      if (event.kind === 'fault') loginFault = event.reason;
    },
  });
  const address = addressOf(ENDPOINTS.read, PROBE_IMP_UID);
  const since = performance.now();
  let end: Trial['end'] = 'ok';
  try {
    const answer = await withBudget(limitMs, ({ signal }) => session.send({ ...address, signal }));
    heard.push(skewOf(answer.dateMs, answer.call));
    openEnvelope(answer);
  } catch (error) {
    // A log-in that had neither an answer nor a fault was cut off by `limitMs`.
    end = endOf(error, loginFault ?? (status === null ? 'timeout' : 'bad-answer'));
  } finally {
    http.close();
  }
  const skewMs = heard.find(Number.isFinite) ?? null; // a log-in's time before that of a header, which can be a proxy's
  return { end, status, ms: Math.round(performance.now() - since), isLoggedIn, skewMs };
}

/** An unknown impUid is the answer of an upstream that works. */
function endOf(error: unknown, loginFault: FaultReason): Trial['end'] {
  if (error instanceof UpstreamRefusal) return error.refusal === 'NOT_FOUND' ? 'ok' : 'refused';
  if (!(error instanceof UpstreamFault)) throw error;
  return error.reason === 'login' ? loginFault : error.reason;
}

/** The upstream's time was written at some moment of the call, and is cut to a second: the least difference that explains it. */
function skewOf(upstreamMs: number, { since, until }: Interval): number {
  const toWall = Date.now() - performance.now();
  const [least, most] = [upstreamMs - (until + toWall), upstreamMs + 1_000 - (since + toWall)];
  return Number.isNaN(least) ? Number.NaN : Math.max(least, Math.min(most, 0));
}

function findingsOf(host: string, trial: Trial): readonly Finding[] {
  const { end, status, ms, isLoggedIn, skewMs } = trial;
  const clock = skewMs === null ? [] : [clockFinding(skewMs)];
  if (end === 'ok') return [ok('upstream', `${host} accepts the log-in; that and a read took ${ms} ms`), ...clock];
  if (end === 'refused') {
    const text = `${host} accepts the log-in and refuses a read with status ${status}: it may be closed for maintenance, else ask PortOne`;
    return [warning('upstream', text), ...clock];
  }
  const accepts = isLoggedIn && end !== 'unauthorized' ? 'accepts the log-in, and then ' : '';
  return [problem('upstream', `${host} ${accepts}${ENDS[end] ?? strangeAnswer(status)}`), ...clock];
}

function strangeAnswer(status: number | null): string {
  if (status !== null && status >= 500)
    return `answers with status ${status}: it, or a proxy in between, is down or closed for maintenance; try again`;
  return `answers with status ${status}, and not as the iamport API does: check IAMPORT_BASE_URL and the proxies in between`;
}

function clockFinding(skewMs: number): Finding {
  const seconds = Math.round(Math.abs(skewMs) / 1_000);
  if (seconds === 0) return ok('clock', 'this machine and the upstream agree');
  if (seconds < TOLERATED_SKEW_S) return ok('clock', `this machine and the upstream differ by ${seconds} s`);
  const text = `this machine is ${seconds} s ${skewMs > 0 ? 'behind' : 'ahead of'} the upstream: set its clock by NTP, since the tokens of callers are checked by it`;
  return warning('clock', text);
}
