#!/usr/bin/env node
import { readArguments, UsageError } from './commands/arguments.ts';

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
