/**
 * Loaded with `--import` into a gateway process: at its end it prints how long the event loop was blocked at worst, in ms.
 * CPU time of the main thread counts, not the time of day: a busy machine delays a process without blocking its loop.
 */
const TICK_MS = 20;

let blockedMs = 0;
let cpu = process.threadCpuUsage();
setInterval(() => {
  const { user, system } = process.threadCpuUsage(cpu);
  cpu = process.threadCpuUsage();
  blockedMs = Math.max(blockedMs, (user + system) / 1000);
}, TICK_MS).unref();

// What loading the program costs is no request's doing.
setTimeout(() => (blockedMs = 0), 1_000).unref();

process.on('exit', () => process.stdout.write(`${JSON.stringify({ blockedMs })}\n`));
