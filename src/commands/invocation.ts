import { ConfigError, readConfig, type Config } from '../config.ts';

/** What a command gets of the command line and the environment. */
export interface Invocation {
  /** The arguments after the words of the command, as many as its row in the table asks for. */
  readonly operands: readonly string[];
  /** The environment as the flags have changed it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--sandbox` has taken the credentials out of the environment. */
  readonly isSandboxForced: boolean;
}

/** Errors: `ConfigError`. */
export function configOf({ env, isSandboxForced }: Invocation): Config {
  // Checked first: `readConfig` would ask for the credentials that `--sandbox` has taken out.
  if (isSandboxForced && env['NODE_ENV']?.trim() === 'production')
    throw new ConfigError(['--sandbox is refused in production: the sandbox proves nothing']);
  return readConfig(env);
}

/** Answers the exit code. A command that serves answers once it has started, and goes on. */
type Run = (invocation: Invocation) => Promise<number>;

export interface Command {
  readonly sentence: string;
  /** Imports the module of the command, which no other command then loads. */
  readonly load: () => Promise<Run>;
  /** The arguments that it needs, as `--help` names them; a last one with `...` stands for one or more. */
  readonly operands: readonly string[];
}
