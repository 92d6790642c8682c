import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { main } from "../../../cli/main.ts";
import type { Terminal } from "../../../cli/terminal.ts";
import { type ManagementTest, startManagementTest } from "../management/client.ts";

/** The result of one command line. */
export interface Ran {
  code: number;
  out: string;
  err: string;
  /** The output of progress bars. */
  drawn: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read any field of the response
  json: any;
}

export interface RunOptions {
  /** Replaces the variables with the URL and the token of the deployment. */
  env?: Record<string, string>;
  input?: string;
  isInteractive?: boolean;
  columns?: number;
  fetch?: typeof globalThis.fetch;
  onPause?: (milliseconds: number) => void;
}

export interface CliTest extends ManagementTest {
  /** The test's own folder, which is the current directory of commands. */
  folder: string;
  run(args: string | readonly string[], options?: RunOptions): Promise<Ran>;
  read(file: string): Promise<string>;
  write(file: string, text: string): Promise<void>;
}

/** Runs the command line inside the test's process against a whole worker over local backends. */
export async function startCliTest(...parameters: Parameters<typeof startManagementTest>): Promise<CliTest> {
  const t = await startManagementTest(...parameters);
  const folder = await mkdtemp(join(tmpdir(), "burgee-cli-"));
  const toIsolate: typeof globalThis.fetch = async (url, init) => {
    const { pathname, search } = new URL(new Request(url).url);
    const response = await t.isolate.fetch(pathname + search, init);
    // Background work ends before the next command, as with a person who types.
    await t.isolate.settled();
    return response;
  };
  return {
    ...t,
    folder,
    run: (args, options = {}) => {
      const env = options.env ?? { BURGEE_URL: "http://edge.test", BURGEE_TOKEN: t.project.adminToken };
      return run(typeof args === "string" ? args.split(" ") : args, folder, { fetch: toIsolate, ...options, env });
    },
    read: (file) => readFile(join(folder, file), "utf8"),
    write: (file, text) => writeFile(join(folder, file), text),
    close: async () => {
      await t.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function run(
  args: readonly string[],
  folder: string,
  { env = {}, input = "", isInteractive = false, columns = 100, fetch = globalThis.fetch, onPause }: RunOptions,
): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const progress = new PassThrough();
  const drawn: string[] = [];
  progress.on("data", (chunk) => drawn.push(String(chunk)));
  const terminal: Terminal = {
    env: { HOME: folder, ...env },
    cwd: folder,
    isInteractive,
    columns,
    fetch,
    print: (line) => void out.push(`${line}\n`),
    error: (line) => void err.push(`${line}\n`),
    write: (text) => void out.push(text),
    progress: Object.assign(progress, { isTTY: isInteractive, columns: 100 }) as unknown as NodeJS.WriteStream,
    pause: async (milliseconds) => onPause?.(milliseconds),
    readInput: async () => input,
  };
  const code = await main(args, terminal);
  const text = out.join("");
  const ran = { code, out: text, err: err.join(""), drawn: drawn.join("") };
  // Not enumerable, so that comparisons use only the text.
  return Object.defineProperty(ran as Ran, "json", { get: () => JSON.parse(text) });
}
