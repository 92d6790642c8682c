/** Runs the worker with `wrangler dev` in a child process. */
import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { DevError } from "./error.ts";
import { type DevFiles, writePrivateFile } from "./files.ts";

export interface WorkerProcess {
  pid: number;
  /** Resolves when the worker responds. Rejects with a DevError if it ends first or does not respond in time. */
  ready(): Promise<void>;
  /** Resolves with wrangler's exit code when wrangler ends for any reason. */
  ended: Promise<number | null>;
  /** Returns the last lines of wrangler's output. */
  lastOutput(): string;
  /** Runs the scheduled handler once. The worker logs its failures. */
  runScheduled(): Promise<void>;
  stop(): Promise<void>;
}

export interface WorkerOptions {
  root: string;
  port: number;
  files: DevFiles;
  bindings: Record<string, string>;
  /** Called with each line of wrangler's output after the worker is ready. */
  onLine(line: string): void;
}

const READY_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 5000;
const KEPT_LINES = 40;

export async function startWorker(options: WorkerOptions): Promise<WorkerProcess> {
  const { root, files } = options;
  if (!existsSync(join(root, "wrangler.toml"))) {
    throw new DevError("wrangler.toml is missing. Restore it: git checkout wrangler.toml");
  }
  const wrangler = wranglerIn(root);
  const child = spawn(process.execPath, [wrangler, ...(await wranglerArguments(options))], {
    cwd: root,
    env: wranglerEnvironment(files.directory),
    stdio: ["ignore", "pipe", "pipe"],
    // A process group of its own ends with all of wrangler's children, and does not receive Ctrl-C directly.
    detached: true,
  });
  return new WranglerDev(child, options);
}

/** Returns wrangler's script, which may be installed in a folder above. @throws DevError it is not installed */
function wranglerIn(root: string): string {
  try {
    return join(dirname(createRequire(join(root, "package.json")).resolve("wrangler/package.json")), "bin/wrangler.js");
  } catch {
    throw new DevError("wrangler is not installed. Run npm install first.");
  }
}

class WranglerDev implements WorkerProcess {
  readonly pid: number;
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #options: WorkerOptions;
  readonly #lines: string[] = [];
  #isReady = false;
  #hasEnded = false;

  constructor(child: ChildProcessByStdio<null, Readable, Readable>, options: WorkerOptions) {
    this.#child = child;
    this.#options = options;
    this.pid = child.pid ?? 0;
    for (const stream of [child.stdout, child.stderr]) readLines(stream, (line) => this.#onLine(line));
    this.ended = new Promise<number | null>((resolve) => {
      child.once("error", (error) => {
        this.#lines.push(String(error));
        resolve(null);
      });
      child.once("close", resolve);
    }).finally(() => {
      this.#hasEnded = true;
    });
  }

  lastOutput(): string {
    return stripVTControlCharacters(this.#lines.join("\n")).trim();
  }

  async ready(): Promise<void> {
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (this.#child.exitCode === null && Date.now() < deadline) {
      const response = await this.#get("/healthz", 5000).catch(() => undefined);
      if (response?.ok) {
        this.#isReady = true;
        return;
      }
      await Promise.race([delay(100), this.ended]);
    }
    const problem = this.#hasEnded
      ? "wrangler dev ended before the worker responded"
      : "The worker does not respond to GET /healthz";
    const advice =
      "If the output names wrangler.toml, .dev.vars or a file in src/, correct that file and run npm run dev again.";
    throw new DevError(`${problem}. Its last output:\n\n${indent(this.lastOutput())}\n\n${advice}`);
  }

  async runScheduled(): Promise<void> {
    await this.#get("/cdn-cgi/local/scheduled?cron=*+*+*+*+*", 30_000).then(
      (response) => response.text(),
      () => {},
    );
  }

  async stop(): Promise<void> {
    if (this.#hasEnded) return;
    signalGroup(this.#child, "SIGTERM");
    await Promise.race([this.ended, delay(STOP_TIMEOUT_MS, undefined, { ref: false })]);
    signalGroup(this.#child, "SIGKILL");
    await this.ended;
  }

  #get(path: string, timeoutMs: number): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.#options.port}${path}`, { signal: AbortSignal.timeout(timeoutMs) });
  }

  #onLine(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
    if (!this.#isReady || line.includes("GET /healthz")) return;
    this.#options.onLine(process.stdout.isTTY ? line : stripVTControlCharacters(line));
  }
}

async function wranglerArguments({ root, port, files, bindings }: WorkerOptions): Promise<string[]> {
  // The later file wins, so .dev.vars can add settings but not change those of this command.
  const vars = Object.entries(bindings).map(([name, value]) => `${name}=${JSON.stringify(value)}\n`);
  const own = await writePrivateFile(files, "worker.env", vars.join(""));
  const devVars = join(root, ".dev.vars");
  const envFiles = existsSync(devVars) ? [devVars, own] : [own];
  if (existsSync(devVars)) checkVars(await readFile(devVars, "utf8"));
  return [
    "dev",
    "--port",
    String(port),
    "--ip",
    "127.0.0.1",
    "--inspector-port",
    "0",
    ...envFiles.flatMap((path) => ["--env-file", path]),
    "--persist-to",
    join(files.directory, "wrangler"),
    "--show-interactive-dev-session=false",
  ];
}

/** Rejects invalid lines, because wrangler silently skips them. */
function checkVars(text: string): void {
  let openQuote: string | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const value = openQuote === undefined ? /^\s*(?:export\s+)?[\w.-]+\s*[=:]\s*(.*)$/.exec(line)?.[1] : line;
    if (value === undefined) {
      if (/^\s*(#.*)?$/.test(line)) continue;
      throw new DevError(
        `.dev.vars: line ${index + 1} is not a setting. Write it as NAME="value", or start the line with # to disable it.`,
      );
    }
    openQuote ??= /^["'`]/.exec(value)?.[0];
    const rest = line === value ? value : value.slice(1);
    if (openQuote !== undefined && rest.includes(openQuote)) openQuote = undefined;
  }
  if (openQuote !== undefined)
    throw new DevError(`.dev.vars: a value begins with ${openQuote}, but the quote is never closed. Close it.`);
}

/** Turns off wrangler's update check, telemetry and location lookup, so that it starts without a network. */
function wranglerEnvironment(directory: string): Record<string, string | undefined> {
  const { DATABASE_URL: _database, REDIS_URL: _redis, ...inherited } = process.env;
  return {
    ...inherited,
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_SEND_ERROR_REPORTS: "false",
    WRANGLER_HIDE_BANNER: "true",
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    // Two instances of npm run dev must not find each other.
    WRANGLER_REGISTRY_PATH: join(directory, "registry"),
    WRANGLER_LOG_PATH: join(directory, "logs"),
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // The process group has already ended.
  }
}

function readLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    // wrangler clears the screen with blank lines.
    for (const line of lines) if (line.trim() !== "") onLine(line.trimEnd());
  });
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}
