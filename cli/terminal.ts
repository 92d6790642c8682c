import { setTimeout } from "node:timers/promises";

/** What a command has of the world around it: given by the process, or by a test. */
export interface Terminal {
  env: Readonly<Record<string, string | undefined>>;
  /** Where files are looked for. */
  cwd: string;
  /** Whether a person looks at the output. */
  isInteractive: boolean;
  columns: number;
  fetch: typeof globalThis.fetch;
  /** A line of the result. */
  print(line: string): void;
  /** A line about the result: progress, warnings, errors. */
  error(line: string): void;
  /** Raw text to where the result goes. */
  write(text: string): void;
  /** Where a progress bar is drawn. */
  progress: NodeJS.WriteStream;
  pause(milliseconds: number): Promise<void>;
  /** What is piped in, whole. */
  readInput(): Promise<string>;
}

export function processTerminal(): Terminal {
  return {
    env: process.env,
    cwd: process.cwd(),
    isInteractive: process.stdout.isTTY,
    columns: process.stdout.columns ?? 100,
    fetch: globalThis.fetch,
    print: (line) => void process.stdout.write(`${line}\n`),
    error: (line) => void process.stderr.write(`${line}\n`),
    write: (text) => void process.stdout.write(text),
    progress: process.stderr,
    pause: (milliseconds) => setTimeout(milliseconds),
    readInput: async () => {
      let text = "";
      for await (const chunk of process.stdin.setEncoding("utf8")) text += String(chunk);
      return text;
    },
  };
}
