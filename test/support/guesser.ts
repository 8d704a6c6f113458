import { setImmediate } from 'node:timers/promises';
import { createHmacs } from '../../src/guard/hmac.ts';
import { createAttempts } from '../../src/guard/attempt-records.ts';
import { createFileStore } from '../../src/guard/file.ts';
import { openFile } from '../../src/guard/file-link.ts';
import { createFileWindows } from '../../src/guard/file-windows.ts';
import { createIdentityWindows } from '../../src/guard/identity-windows.ts';
import { createLimits } from '../../src/guard/limits.ts';
import { createRequests } from '../../src/guard/requests.ts';
import { readConfig } from '../../src/config.ts';
import { deadlinesOf } from '../../src/deadlines.ts';
import { createHttp } from '../../src/upstream/http.ts';
import { createIamport } from '../../src/iamport/source.ts';
import { createVerification } from '../../src/verification/verification.ts';

// A process that guesses until it is killed: `node guesser.ts UPSTREAM FILE SEED`. Every answer is a line of its output. The
// guard of the gateway without its HTTP, which would take seconds to start.

const [upstream = '', path = '', seed = ''] = process.argv.slice(2);
const TARGETS = 6;

const { iamport: settings, limits } = readConfig({ LIMIT_CONFIRMS_PER_IP: '20/1d' });
const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const onEvent = (): void => {};
const hmac = createHmacs('the same after every restart');
const file = openFile(path);
const config = { ...settings, baseUrl: upstream };
const store = createFileStore(file);
const verification = createVerification({
  upstream: createIamport({ ...config, http: createHttp(config), onEvent }),
  // The attempts of a process that was killed are over at once, so that the next one goes on where it was.
  attempts: createAttempts({
    store,
    hmac,
    rules: { leaseMs: 1, claims: true },
    logger: quiet,
    onEvent,
  }),
  identityWindows: createIdentityWindows({ store, hmac, onEvent }),
  limits: createLimits({ config: limits, windows: createFileWindows(file), hmac, onEvent, logger: quiet }),
  requests: createRequests({ store, hmac, logger: quiet, onEvent }),
  deadlines: deadlinesOf(config),
  codeLifetimeMs: config.codeLifetimeS * 1_000,
});

let serial = Number(seed) * 1_000;
await Promise.all([guessCodes(), guessCodes(), guessPeople()]);

/** One caller without an address tries one code after another for a few verifications. */
async function guessCodes(): Promise<never> {
  for (let turn = 0; ; turn += 1) {
    await confirm('codes', `imp_90020000000${turn % TARGETS}`, null);
  }
}

/** One address tries one code for each of many verifications. */
async function guessPeople(): Promise<never> {
  for (;;) {
    await confirm('people', `imp_900200${100_000 + serial}`, '192.0.2.1');
  }
}

async function confirm(who: string, impUid: string, ip: string | null): Promise<void> {
  serial += 1;
  const caller = { subject: who, isAnonymous: true, scopes: new Set<never>(), ip };
  const otp = String(serial).padStart(6, '0');
  const outcome = await verification.confirm(caller, impUid, { method: 'SMS', otp });
  process.stdout.write(`${who} ${impUid} ${outcome.ok ? 'OK' : outcome.failure.code}
`);
  await setImmediate(); // what is denied waits for nothing, and would keep the others from their sockets
}
