import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { jwtVerify } from 'jose';

const AUTH_SECRET = 'a-secret-of-thirty-two-characters';

interface Answer {
  readonly data: unknown;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

test('the example confirms a member with the token that it prints, signed by AUTH_SECRET, and nobody without it, and ends when told to', async () => {
  const example = spawn(process.execPath, ['../../examples/supergraph/start.ts'], {
    cwd: import.meta.dirname,
    env: { PATH: process.env['PATH'], PORT: '0', AUTH_SECRET },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(example, 'exit');
  try {
    const command = await firstLine(example.stdout, 'curl ');
    const [, token] = /Bearer ([^']+)/.exec(command)!;
    assert.equal((await jwtVerify(token!, new TextEncoder().encode(AUTH_SECRET))).payload.sub, 'visitor');
    const stranger = await answerTo(command.replace(/-H 'authorization: [^']+'/, ''));
    assert.deepEqual([stranger.data, stranger.errors![0]!.extensions.code], [null, 'UNAUTHENTICATED']);
    assert.deepEqual(await answerTo(command), {
      data: {
        confirmIdentityOtp: {
          __typename: 'Certification',
          name: '홍길동',
          membership: { number: 'M-000001', level: 'GOLD' },
        },
      },
    });
  } finally {
    example.kill();
  }
  assert.deepEqual(await exited, [0, null]);
});

async function answerTo(command: string): Promise<Answer> {
  const curl = spawn('bash', ['-c', command], { stdio: ['ignore', 'pipe', 'ignore'] });
  return JSON.parse(await firstLine(curl.stdout, '{')) as Answer;
}

async function firstLine(output: NodeJS.ReadableStream, start: string): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    if (line.trim().startsWith(start)) return line.trim();
  }
  throw new Error(`No line starts with ${start}`);
}
