// Loaded into every server before its own code: answers each message with the CPU time and the memory of the process.
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.send) {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send({ cpuUs: user + system, rssBytes: process.memoryUsage.rss() });
  });
  process.once('disconnect', () => process.exit());
  process.channel.unref();
}
