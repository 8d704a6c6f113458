import type { Config, IamportConfig, PortoneConfig } from '../../config.ts';
import type { FaultReason } from '../../upstream/errors.ts';
import { ok, problem, warning, type Finding } from './finding.ts';
import { tryIamport, tryPortone, type Trial } from './trial.ts';

/** A log-in and a read, however long the deadlines of the settings are. */
const LIMIT_MS = 10_000;

/** Two machines whose clocks are kept by NTP differ by far less; tokens of callers have 30 s. */
const TOLERATED_SKEW_S = 5;

/** The words of findings about one upstream. */
interface Words {
  readonly api: string;
  readonly baseUrl: string;
  readonly accepts: string;
  /** What an upstream that accepts it answered, before the time that it took. */
  readonly took: string;
  /** What to do about a read that is refused. */
  readonly refused: string;
  readonly ends: Partial<Record<FaultReason, string>>;
}

const IAMPORT: Words = {
  api: 'iamport API',
  baseUrl: 'IAMPORT_BASE_URL',
  accepts: 'accepts the log-in',
  took: 'that and a read took',
  refused: 'it may be closed for maintenance, else ask PortOne',
  ends: {
    'login-refused':
      'refuses the log-in: compare IAMPORT_API_KEY and IAMPORT_API_SECRET with the PortOne console, and its list of allowed addresses',
    unauthorized:
      'accepts the log-in and refuses its token: look for a list of allowed addresses in the PortOne console, or a proxy that drops the header authorization',
  },
};
const PORTONE: Words = {
  api: 'PortOne V2 API',
  baseUrl: 'PORTONE_BASE_URL',
  accepts: 'accepts the secret',
  took: 'a read took',
  refused: 'compare PORTONE_STORE_ID with the PortOne console; else it may be closed for maintenance',
  ends: {
    unauthorized:
      'refuses the secret: compare PORTONE_API_SECRET with the PortOne console, and look there for a list of allowed addresses',
  },
};

/** Tries every upstream that is served, or an embedded sandbox on a free port, with a read of a verification that is nobody's. */
export async function checkUpstream(
  { isSandbox, iamport, portone }: Config,
  limitMs = LIMIT_MS,
): Promise<readonly Finding[]> {
  if (isSandbox) return checkSandbox(iamport, limitMs);
  const tries: Promise<Tried>[] = [];
  if (portone) tries.push(tried(PORTONE, portone, tryPortone(iamport, portone, limitMs)));
  if (!portone?.isAlone) tries.push(tried(IAMPORT, iamport, tryIamport(iamport, limitMs)));
  const all = await Promise.all(tries);
  const skewMs = all.map(({ trial }) => trial.skewMs).find((skew) => skew !== null) ?? null;
  return [...all.map(findingOf), ...(skewMs === null ? [] : [clockFinding(skewMs)])];
}

async function checkSandbox(iamport: IamportConfig, limitMs: number): Promise<readonly Finding[]> {
  const { createSandbox } = await import('../../sandbox/sandbox.ts');
  const sandbox = await createSandbox();
  try {
    const { end, ms } = await tryIamport({ ...iamport, baseUrl: sandbox.url }, limitMs);
    if (end !== 'ok') return [problem('upstream', `the embedded sandbox does not work (${end})`)];
    return [ok('upstream', `the embedded sandbox answers in ${ms} ms: nothing real was tried`)];
  } finally {
    await sandbox.close();
  }
}

interface Tried {
  readonly words: Words;
  readonly host: string;
  readonly trial: Trial;
}

async function tried(words: Words, { baseUrl }: IamportConfig | PortoneConfig, trial: Promise<Trial>): Promise<Tried> {
  return { words, host: new URL(baseUrl).host, trial: await trial };
}

function findingOf({ words, host, trial }: Tried): Finding {
  const { end, status, ms, isLoggedIn } = trial;
  const { accepts } = words;
  if (end === 'ok') return ok('upstream', `${host} ${accepts}; ${words.took} ${ms} ms`);
  if (end === 'refused') {
    const finding = status === 403 ? problem : warning;
    return finding('upstream', `${host} ${accepts} and refuses a read with status ${status}: ${words.refused}`);
  }
  const before = isLoggedIn && end !== 'unauthorized' ? `${accepts}, and then ` : '';
  return problem('upstream', `${host} ${before}${sentenceOf(end, words) ?? strangeAnswer(status, words)}`);
}

/** How a try of the upstream ended, as the rest of a sentence about its host. */
function sentenceOf(end: FaultReason, { baseUrl, ends }: Words): string | undefined {
  const common: Partial<Record<FaultReason, string>> = {
    connect: `cannot be reached: check ${baseUrl}, the name look-up, the firewall and HTTPS_PROXY`,
    tls: 'is reached, and TLS fails: check its certificate, and set NODE_EXTRA_CA_CERTS where a proxy has its own',
    timeout: 'does not answer in time: try again, and look at the way to it',
    cut: `cuts the connection before it answers: check ${baseUrl} and the proxies in between`,
    'rate-limited': 'answers that there are too many calls: try again in some minutes',
  };
  return ends[end] ?? common[end];
}

function strangeAnswer(status: number | null, { api, baseUrl }: Words): string {
  if (status !== null && status >= 500)
    return `answers with status ${status}: it, or a proxy in between, is down or closed for maintenance; try again`;
  return `answers with status ${status}, and not as the ${api} does: check ${baseUrl} and the proxies in between`;
}

function clockFinding(skewMs: number): Finding {
  const seconds = Math.round(Math.abs(skewMs) / 1_000);
  if (seconds === 0) return ok('clock', 'this machine and the upstream agree');
  if (seconds < TOLERATED_SKEW_S) return ok('clock', `this machine and the upstream differ by ${seconds} s`);
  const text = `this machine is ${seconds} s ${skewMs > 0 ? 'behind' : 'ahead of'} the upstream: set its clock by NTP, since the tokens of callers are checked by it`;
  return warning('clock', text);
}
