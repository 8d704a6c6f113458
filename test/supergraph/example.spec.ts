import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';

test('the example confirms a member with the command it prints, and ends when told to', async () => {
  const example = spawn(process.execPath, ['../../examples/supergraph/start.ts'], {
    cwd: import.meta.dirname,
    env: { PATH: process.env['PATH'], PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(example, 'exit');
  try {
    const command = await firstLine(example.stdout, 'curl ');
    const curl = spawn('bash', ['-c', command], { stdio: ['ignore', 'pipe', 'ignore'] });
    assert.deepEqual(JSON.parse(await firstLine(curl.stdout, '{')), {
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

async function firstLine(output: NodeJS.ReadableStream, start: string): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    if (line.trim().startsWith(start)) return line.trim();
  }
  throw new Error(`No line starts with ${start}`);
}
