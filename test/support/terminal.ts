import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from './until.ts';

export type Shell = 'bash' | 'zsh';

/** Interactive and without anybody's own settings: history expansion, and in zsh no comments, as where a person pastes. */
const ARGUMENTS: Record<Shell, string[]> = { bash: ['--norc', '--noprofile', '--noediting', '-i'], zsh: ['-f', '-i'] };

/** Less than a test has, so that what waits in vain ends with it. */
export const LONGEST_MS = 50_000;

export interface Pasted {
  /** The exit status of the last command. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** An interactive shell without a terminal device: what is pasted is read from a pipe, line by line. */
export interface Terminal {
  /** Runs commands, and resolves when the last of them has ended. */
  paste(text: string): Promise<Pasted>;
  /** Runs commands of which the last one stays. */
  type(text: string): void;
  /** Resolves with the match when what was printed has it. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  close(): Promise<void>;
}

export function openTerminal(shell: Shell, cwd: string, env: Record<string, string>): Terminal {
  const child = spawn(shell, ARGUMENTS[shell], {
    cwd,
    env: { ...env, TERM: 'dumb', LANG: 'C.UTF-8', PS1: '', PS2: '' },
    detached: true, // a process group of its own, which ends as a whole
  });
  const closed = once(child, 'close');
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
  let count = 0;

  async function wait(pattern: RegExp): Promise<RegExpExecArray> {
    const late = AbortSignal.timeout(LONGEST_MS);
    const match = await until(() => pattern.exec(output.stdout) ?? (isOver() || late.aborted));
    if (match === true) throw new Error(`Not printed: ${pattern}, but ${output.stdout}${output.stderr}`);
    return match as RegExpExecArray;
  }

  return {
    async paste(text) {
      const from = { out: output.stdout.length, err: output.stderr.length };
      child.stdin.write(`${text}\nprintf '\\n[end ${++count} %s]\\n' $?\n`);
      const end = await wait(new RegExp(`\\n\\[end ${count} (\\d+)\\]\\n`));
      return {
        status: Number(end[1]),
        stdout: output.stdout.slice(from.out, end.index),
        stderr: output.stderr.slice(from.err),
      };
    },
    type: (text) => void child.stdin.write(`${text}\n`),
    printed: wait,
    async close() {
      if (!isOver()) process.kill(-child.pid!, 'SIGKILL');
      await closed;
    },
  };
}
