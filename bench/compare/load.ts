import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { isComplete, write, type RequestForm } from './requests.ts';

// The load generator as a process of its own. Each message is a job, and the answer is how it went.

export interface Job {
  readonly url: string;
  readonly form: RequestForm;
  readonly requests: number;
  readonly connections: number;
  /** Requests that begin in each second, whatever is in flight; where it is null, each connection sends its next at once. */
  readonly perSecond: number | null;
  /** Number of the first impUid; each confirm takes the next, and all requests for entities begin with it. */
  readonly serial: number;
  /** Opens new connections, which the next job uses and closes. */
  readonly opens: boolean;
}

export interface Load {
  readonly seconds: number;
  /** Requests without a whole answer; they have no part in the times. */
  readonly failed: number;
  /** How the last of them was answered. */
  readonly failure: string | null;
  readonly p50: number;
  readonly p99: number;
}

let agent: Agent | null = null;

/** `fifo`: connections are used in turn. Otherwise a few would carry all requests, and the others stand idle until they are closed. */
const AGENT = { keepAlive: true, scheduling: 'fifo' } as const;

async function run({ url, form, requests, connections, perSecond, serial, opens }: Job): Promise<Load> {
  if (opens) agent = new Agent({ ...AGENT, maxSockets: connections });
  if (!agent) throw new Error('No connections are open');
  const connected = agent;
  const times: number[] = [];
  let failure: string | null = null;
  const send = (index: number): Promise<unknown> =>
    ask(url, connected, form, form.kind === 'confirm' ? serial + index : serial).then(
      (ms) => times.push(ms),
      (error: Error) => (failure = error.message),
    );
  const began = performance.now();
  if (perSecond === null) await atOnce(requests, connections, send);
  else await paced(requests, perSecond, send);
  const seconds = (performance.now() - began) / 1_000;
  if (!opens) agent.destroy();
  times.sort((a, b) => a - b);
  if (times.length === 0) throw new Error(`All requests failed: ${failure}`);
  const at = (share: number): number => times[Math.floor((times.length - 1) * share)]!;
  return { seconds, failed: requests - times.length, failure, p50: at(0.5), p99: at(0.99) };
}

/** Each connection sends its next request as soon as it has the answer. */
async function atOnce(requests: number, connections: number, send: (index: number) => Promise<unknown>): Promise<void> {
  let started = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (started < requests) await send(started++);
    }),
  );
}

/** Requests begin when they are due, as those of people do, who do not wait for the answers of others. */
async function paced(requests: number, perSecond: number, send: (index: number) => Promise<unknown>): Promise<void> {
  const began = performance.now();
  const sent: Promise<unknown>[] = [];
  while (sent.length < requests) {
    const due = Math.ceil(((performance.now() - began) / 1_000) * perSecond);
    while (sent.length < Math.min(due, requests)) sent.push(send(sent.length));
    await delay(1);
  }
  await Promise.all(sent);
}

/** Milliseconds of one request. Errors: an answer that is not complete. */
function ask(url: string, agent: Agent, form: RequestForm, serial: number): Promise<number> {
  const { body, headers } = write(form, serial);
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const call = request(url, { method: 'POST', agent, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.once('end', () => {
        if (isComplete(text)) resolve(performance.now() - began);
        else reject(new Error(text.slice(0, 300)));
      });
    });
    call.once('error', reject).end(body);
  });
}

process.on('message', (job: Job) => {
  void run(job).then(
    (load) => process.send!(load),
    (error: unknown) => process.send!({ error: String(error) }),
  );
});
process.once('disconnect', () => process.exit());
