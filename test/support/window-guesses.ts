import { randomInt, randomUUID } from 'node:crypto';
import { createIdentitySubgraph } from '../../src/index.ts';
import { createSandbox, SANDBOX_MERCHANT_CODE } from '../../src/sandbox/sandbox.ts';
import { portoneAt, testConfig, type Fields } from './gateway.ts';
import { passWindow } from './person-window.ts';
import { callerHeaders, SECRET, TOKENS } from './tokens.ts';
import { until } from './until.ts';
import type { Version } from './upstreams.ts';
import { useCases } from './verification.ts';

/** What became of guesses at a window that somebody else has passed and not completed yet. */
export interface Guessed {
  /** How many were answered with each code; CERTIFIED is a guess that was right. */
  readonly codes: Readonly<Record<string, number>>;
  /** What the caller that opened the window was answered after them. */
  readonly owner: string;
  /** The reads that the upstream got for the guesses. */
  readonly reads: number;
}

const PARALLEL = 30;
const silent = { info: () => {}, warn: () => {}, error: () => {} };

/** Another caller guesses, over three replicas that share one Redis, with limits off. */
export async function guessWindow(version: Version, redisUrl: string, guesses: number): Promise<Guessed> {
  const sandbox = await createSandbox();
  const config = testConfig(sandbox.url, { merchantCode: SANDBOX_MERCHANT_CODE });
  const replicas = [1, 2, 3].map(() =>
    createIdentitySubgraph({
      ...config,
      portone: version === 'V2' ? portoneAt(sandbox.url) : null,
      guard: { ...config.guard, redisUrl, secret: SECRET },
      auth: TOKENS,
      logger: silent,
    }),
  );
  /** The use cases as one caller has them at one replica. */
  const as = async (subject: string, replica: number) => {
    const context = await replicas[replica]!.createContext({ headers: await callerHeaders(subject) });
    const { verification, caller } = context.identity;
    const { open, complete } = useCases(verification);
    const answer = async (impUid: string) => {
      const completed = await complete(caller!, impUid);
      return 'certified' in completed ? 'CERTIFIED' : completed.code;
    };
    return { open: () => open(caller!), complete: answer };
  };
  try {
    for (const replica of replicas) await until(() => replica.isReady());
    const owner = await as('owner', 0);
    const strangers = await Promise.all(replicas.map((_, index) => as('stranger', index)));
    const window = await owner.open();
    if (!('expiresAt' in window)) throw new Error(`Expected a window, got ${window.code}`);
    const issued = window.merchantUid ?? window.impUid;
    const impUid = await passWindow(sandbox.url, window as unknown as Fields);
    const reads = (): number => sandbox.requests.filter(({ method }) => method === 'GET').length;

    const codes: Record<string, number> = {};
    let made = 0;
    const guess = async (): Promise<void> => {
      while (made < guesses) {
        const serial = made++;
        const id = GUESSES[serial % GUESSES.length]!(impUid, issued);
        const { complete } = strangers[serial % strangers.length]!;
        // A Redis or an upstream that a busy machine keeps waiting decides nothing: the guess is made again.
        const code = await until(
          () => complete(id),
          (answer) => !answer.startsWith('UPSTREAM_'),
        );
        codes[code] = (codes[code] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, guess));
    return { codes, reads: reads(), owner: await owner.complete(impUid) };
  } finally {
    for (const replica of replicas) await replica.close();
    await sandbox.close();
  }
}

/** The id itself in every spelling, the id that the window was issued with, its neighbours, and any other of either form. */
const GUESSES: readonly ((impUid: string, issued: string) => string)[] = [
  (impUid) => impUid,
  (impUid) => impUid.toUpperCase(),
  (impUid) => impUid.replace(/[a-z]/g, (letter) => (randomInt(2) === 0 ? letter : letter.toUpperCase())),
  (_, issued) => issued,
  (impUid) => `${impUid.slice(0, -1)}${(Number.parseInt(impUid.at(-1)!, 16) + 1) % 10}`,
  () => `imp_${String(randomInt(10 ** 12)).padStart(12, '0')}`,
  () => randomUUID().replaceAll('-', ''),
];
