#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { readArguments, UsageError } from './commands/arguments.ts';

// Compiled modules are kept from one start to the next, which halves the time of a start. They are kept beside the package, since in a
// folder for everybody another user could put something else in their place.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)));

// A reader of the output that is gone is no failure of a command.
process.stdout.on('error', () => {});

// The one place that reads the arguments and the environment.
try {
  const { command, invocation } = readArguments(process.argv.slice(2), process.env);
  const run = await command.load();
  process.exitCode = await run(invocation);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
