import { subscribe } from 'node:diagnostics_channel';

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

// What loading and compiling the program costs is no request's doing: counting begins anew with each of the first ones.
const WARM_UP_REQUESTS = 20;
let requests = 0;
subscribe('http.server.request.start', () => {
  requests += 1;
  if (requests <= WARM_UP_REQUESTS) blockedMs = 0;
});

process.on('exit', () => process.stdout.write(`${JSON.stringify({ blockedMs })}\n`));
