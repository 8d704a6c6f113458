import { ConfigError, configWarnings, type Config } from '../config.ts';
import { describe } from '../log.ts';
import { checkCallers } from './checks/callers.ts';
import { checkFiles } from './checks/files.ts';
import { ok, problem, warning, within, type Finding } from './checks/finding.ts';
import { count, lineOf, sumOf } from './checks/print.ts';
import { checkProofs } from './checks/proofs.ts';
import { checkStore } from './checks/store.ts';
import { checkUpstream } from './checks/upstream.ts';
import { configOf, type Invocation } from './invocation.ts';

/** Every check has its own deadline; this one is for what they cannot bound, such as a machine that is too busy. */
const LIMIT_MS = 14_000;

/** Tries all that a start relies on, and prints one line for each; the code is 1 where there is a problem. */
export async function check(invocation: Invocation): Promise<number> {
  const found: Finding[] = [];
  for await (const finding of findings(invocation)) {
    found.push(finding);
    process.stdout.write(`${lineOf(finding, process.stdout.columns)}\n`);
  }
  process.stdout.write(`\n${sumOf(found)}\n`);
  const code = count(found, 'problem') > 0 ? 1 : 0;
  // A name look-up cannot be called off, and would keep the process alive for as long as it takes.
  setTimeout(() => process.exit(code), 100).unref();
  return code;
}

/** All checks run at the same time, and answer in the order of this list. */
async function* findings(invocation: Invocation): AsyncGenerator<Finding> {
  const warnings = configWarnings(invocation.env).map((text) => warning('settings', text));
  const config = configOr(invocation);
  if (Array.isArray(config)) return yield* [...config.map((text) => problem('settings', text)), ...warnings];
  yield* [ok('settings', settingsText(config)), ...warnings];
  const running = [
    bounded('upstream', checkUpstream(config)),
    bounded('callers', checkCallers(config)),
    bounded('store', checkStore(config)),
    bounded('files', checkFiles(config)),
  ];
  for (const check of running) yield* await check;
  yield* checkProofs(config);
}

function configOr(invocation: Invocation): Config | string[] {
  try {
    return configOf(invocation);
  } catch (error) {
    if (error instanceof ConfigError) return [...error.problems];
    throw error;
  }
}

function settingsText({ isProduction }: Config): string {
  return `all are valid${isProduction ? ' in production' : ', and NODE_ENV is not production'}`;
}

/** A check that fails by itself is a problem like any other. */
async function bounded(name: string, findings: Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await within(LIMIT_MS, findings);
  } catch (error) {
    return [problem(name, `the check did not end as it should (${describe(error).error}): please report it`)];
  }
}
