/** The part of a logger that is used here; pino, and most others, are one. */
export interface Logger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Name and stack frames of an error. The message stays out: it can quote what a caller sent. */
export function describe(error: unknown): { error: string; frames: string[] } {
  if (!(error instanceof Error)) return { error: typeof error, frames: [] };
  const { stack = '', message } = error;
  const frames = stack
    .slice(stack.indexOf(message) + message.length)
    .split('\n')
    .filter((line) => /^ {4}at /.test(line));
  return { error: error.name, frames: frames.map((line) => line.trim()) };
}
