import { setTimeout } from "node:timers/promises";

/** Adds colours to a line that is already escaped. */
export type Paint = (line: string) => string;

/** The surroundings of a command, provided by the process or by a test. */
export interface Terminal {
  env: Readonly<Record<string, string | undefined>>;
  /** The directory for relative paths. */
  cwd: string;
  /** Whether the output goes to a person. */
  isInteractive: boolean;
  columns: number;
  fetch: typeof globalThis.fetch;
  /** Keeps a secret out of everything that is printed. */
  hide?(secret: string): void;
  /** Lets an admin token be printed that the command has just created. */
  reveal?(token: string): void;
  /** Prints lines of the result. `paint` adds colours to each. */
  print(text: string, paint?: Paint): void;
  /** Prints a line about progress, a warning or an error. */
  error(line: string): void;
  /** Writes raw text to the output of the result. */
  write(text: string): void;
  /** The stream for progress bars. */
  progress: NodeJS.WriteStream;
  pause(milliseconds: number): Promise<void>;
  /** Asks a person a question, and returns the text as typed. `undefined` if nobody is there to ask. */
  ask?: ((question: string, fallback: string) => Promise<string>) | undefined;
  /** Reads the whole standard input. */
  readInput(): Promise<string>;
}

export function processTerminal(): Terminal {
  return {
    env: process.env,
    cwd: process.cwd(),
    isInteractive: process.stdout.isTTY,
    // Some terminals, such as that of `docker exec -t`, say that they have no columns.
    columns: process.stdout.columns || 100,
    fetch: globalThis.fetch,
    print: (line) => void process.stdout.write(`${line}\n`),
    error: (line) => void process.stderr.write(`${line}\n`),
    write: (text) => void process.stdout.write(text),
    progress: process.stderr,
    pause: (milliseconds) => setTimeout(milliseconds),
    ask: process.stdin.isTTY ? askOnTerminal : undefined,
    readInput: async () => {
      let text = "";
      for await (const chunk of process.stdin.setEncoding("utf8")) text += String(chunk);
      return text;
    },
  };
}

async function askOnTerminal(question: string, fallback: string): Promise<string> {
  const { createInterface } = await import("node:readline/promises");
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await reader.question(`${question} (${fallback}): `);
  } finally {
    reader.close();
  }
}
