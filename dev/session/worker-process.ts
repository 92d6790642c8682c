/** The worker under `wrangler dev`, as a child process. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { DevError } from "./error.ts";
import { type DevFiles, writePrivateFile } from "./files.ts";

export interface WorkerProcess {
  pid: number;
  /** Resolves when the worker answers. Rejects with a DevError when it ends before, or never does. */
  ready(): Promise<void>;
  /** Resolves with wrangler's exit code when it ends, for whatever reason. */
  ended: Promise<number | null>;
  /** The last lines that wrangler wrote. */
  lastOutput(): string;
  /** Runs the scheduled handler once; failures are the worker's to log. */
  runScheduled(): Promise<void>;
  stop(): Promise<void>;
}

export interface WorkerOptions {
  root: string;
  port: number;
  files: DevFiles;
  bindings: Record<string, string>;
  /** Gets wrangler's lines once the worker is ready. */
  onLine(line: string): void;
}

const READY_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 5000;
const KEPT_LINES = 40;

export async function startWorker(options: WorkerOptions): Promise<WorkerProcess> {
  const { root, port, files } = options;
  const wrangler = join(root, "node_modules/wrangler/bin/wrangler.js");
  if (!existsSync(wrangler)) throw new DevError("wrangler is not installed. Run npm install first.");
  if (!existsSync(join(root, "wrangler.toml"))) {
    throw new DevError("wrangler.toml is missing. Restore it: git checkout wrangler.toml");
  }
  const child = spawn(process.execPath, [wrangler, ...(await wranglerArguments(options))], {
    cwd: root,
    env: wranglerEnvironment(files.directory),
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own: wrangler's children (workerd, esbuild) end with it, and Ctrl-C reaches it through us only.
    detached: true,
  });

  const lines: string[] = [];
  let isReady = false;
  const onOutput = (line: string): void => {
    lines.push(line);
    if (lines.length > KEPT_LINES) lines.shift();
    if (isReady && !line.includes("GET /healthz"))
      options.onLine(process.stdout.isTTY ? line : stripVTControlCharacters(line));
  };
  readLines(child.stdout, onOutput);
  readLines(child.stderr, onOutput);

  let hasEnded = false;
  const ended = new Promise<number | null>((resolve) => {
    child.once("error", (error) => {
      lines.push(String(error));
      resolve(null);
    });
    child.once("close", resolve);
  }).finally(() => {
    hasEnded = true;
  });
  const lastOutput = (): string => stripVTControlCharacters(lines.join("\n")).trim();
  const get = (path: string, timeoutMs: number): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(timeoutMs) });

  return {
    pid: child.pid ?? 0,
    ended,
    lastOutput,
    async ready() {
      const deadline = Date.now() + READY_TIMEOUT_MS;
      while (child.exitCode === null && Date.now() < deadline) {
        const response = await get("/healthz", 5000).catch(() => undefined);
        if (response?.ok) {
          isReady = true;
          return;
        }
        await Promise.race([delay(100), ended]);
      }
      const what = hasEnded
        ? "wrangler dev ended before the worker answered"
        : "The worker did not answer GET /healthz";
      const advice =
        "If the output names wrangler.toml, .dev.vars or a file of src/, correct that file and run npm run dev again.";
      throw new DevError(`${what}. Its last output:\n\n${indent(lastOutput())}\n\n${advice}`);
    },
    async runScheduled() {
      await get("/cdn-cgi/local/scheduled?cron=*+*+*+*+*", 30_000).then(
        (response) => response.text(),
        () => {},
      );
    },
    async stop() {
      if (hasEnded) return;
      signalGroup(child, "SIGTERM");
      await Promise.race([ended, delay(STOP_TIMEOUT_MS, undefined, { ref: false })]);
      signalGroup(child, "SIGKILL");
      await ended;
    },
  };
}

async function wranglerArguments({ root, port, files, bindings }: WorkerOptions): Promise<string[]> {
  // The later file wins: .dev.vars adds settings, what this command decides stays.
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

/** wrangler silently skips a line that is no setting. */
function checkVars(text: string): void {
  let openQuote: string | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const value = openQuote === undefined ? /^\s*(?:export\s+)?[\w.-]+\s*[=:]\s*(.*)$/.exec(line)?.[1] : line;
    if (value === undefined) {
      if (/^\s*(#.*)?$/.test(line)) continue;
      throw new DevError(
        `.dev.vars: line ${index + 1} is no setting. Write it as NAME="value", or start it with # to leave it out.`,
      );
    }
    openQuote ??= /^["'`]/.exec(value)?.[0];
    const rest = line === value ? value : value.slice(1);
    if (openQuote !== undefined && rest.includes(openQuote)) openQuote = undefined;
  }
  if (openQuote !== undefined)
    throw new DevError(`.dev.vars: a value opens with ${openQuote} and never closes. Close the quote.`);
}

/** No update check, no telemetry, no look-up of the caller's location: it starts without a network. */
function wranglerEnvironment(directory: string): Record<string, string | undefined> {
  const { DATABASE_URL: _database, REDIS_URL: _redis, ...inherited } = process.env;
  return {
    ...inherited,
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_SEND_ERROR_REPORTS: "false",
    WRANGLER_HIDE_BANNER: "true",
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    // Two instances must not find each other.
    WRANGLER_REGISTRY_PATH: join(directory, "registry"),
    WRANGLER_LOG_PATH: join(directory, "logs"),
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // The group has ended.
  }
}

function readLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    // wrangler clears its screen with blank space.
    for (const line of lines) if (line.trim() !== "") onLine(line.trimEnd());
  });
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}
