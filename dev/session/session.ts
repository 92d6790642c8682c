/** Starts everything for `npm run dev`: both endpoints with a migrated, seeded database, and the worker. */
import { type AddressInfo, createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { type DevFile, openDevFiles, readDevFile, readState, writeDevFile, writeState } from "./files.ts";
import { codeOf, DevError, messageOf } from "./error.ts";
import { takeLock } from "./lock.ts";
import { type DevSettings, USAGE_VARS } from "./settings.ts";
import { LOCAL_CONNECTION_STRING } from "../postgres/neon-connection.ts";
import type { NeonEndpoint } from "../postgres/neon-endpoint.ts";
import { startUpstashEndpoint, type UpstashEndpoint } from "../redis/upstash-endpoint.ts";
import { startWorker, type WorkerProcess } from "./worker-process.ts";

const SCHEDULED_EVERY_MS = 5000;

export interface DevSession {
  file: DevFile;
  neon: NeonEndpoint;
  worker: WorkerProcess;
}

/** Closes what was opened, the last one first. */
export class Closers {
  readonly #closers: (() => Promise<unknown>)[] = [];

  add(close: () => Promise<unknown>): void {
    this.#closers.push(close);
  }

  async close(): Promise<void> {
    for (let close = this.#closers.pop(); close; close = this.#closers.pop()) await close();
  }
}

/**
 * Starts the endpoints and the worker.
 *
 * @param closers receives everything that was opened, also if this throws
 * @throws DevError for a problem that the user can fix
 */
export async function startSession(
  settings: DevSettings,
  closers: Closers,
  onLine: (line: string) => void,
): Promise<DevSession> {
  const { port, redisUrl } = settings;
  const url = `http://127.0.0.1:${port}`;
  const files = await openDevFiles(settings.directory, settings.shownDirectory);
  const state = await readState(files);
  const known = await readDevFile(files);
  const lock = await takeLock(files, url);
  closers.add(lock.release);
  await checkPort(port, lock.stoppedWorker ? 5000 : 0);

  const ports = { neon: await choosePort(state.ports.neon), upstash: await choosePort(state.ports.upstash) };
  await writeState(files, { ...state, ports });
  const upstash = await startUpstashEndpoint({ port: ports.upstash, ...(redisUrl && { redisUrl }) });
  closers.add(upstash.close);
  if (redisUrl) await checkRedis(upstash, redisUrl);

  // wrangler and the database take the longest, so they start at the same time.
  const neonUrl = `http://127.0.0.1:${ports.neon}`;
  const worker = await startWorker({
    root: settings.root,
    port,
    files,
    onLine,
    bindings: {
      ...settings.workerVars,
      DATABASE_URL: LOCAL_CONNECTION_STRING,
      NEON_HTTP_URL: `${neonUrl}/sql`,
      UPSTASH_REDIS_REST_URL: upstash.url,
      UPSTASH_REDIS_REST_TOKEN: upstash.token,
      KEY_SECRET: state.keySecret,
      WEBHOOKS_TO_LOCALHOST: "true",
      ...USAGE_VARS,
    },
  });
  closers.add(() => worker.stop());
  await lock.recordWrangler(worker.pid);

  const { prepareDatabase } = await import("./database.ts");
  const options = { settings, files, port: ports.neon, keySecret: state.keySecret, known };
  const { neon, keys } = await prepareDatabase(options, (opened) => closers.add(opened.close));
  const file: DevFile = { url, ...keys, endpoints: { upstash: upstash.url, neon: neonUrl } };
  await writeDevFile(files, file);
  await worker.ready();
  // A real Redis may hold entries from before this start wrote to the database. Publish its changes first.
  await worker.runScheduled();
  closers.add(scheduleSweeps(worker));
  return { file, neon, worker };
}

/** Runs the scheduled handler in intervals, because cron triggers do not fire locally. */
function scheduleSweeps(worker: WorkerProcess): () => Promise<void> {
  let running = Promise.resolve();
  let isRunning = false;
  const timer = setInterval(() => {
    if (isRunning) return;
    isRunning = true;
    running = worker.runScheduled().finally(() => {
      isRunning = false;
    });
  }, SCHEDULED_EVERY_MS);
  return async () => {
    clearInterval(timer);
    await Promise.race([running, worker.ended]);
  };
}

async function checkRedis(upstash: UpstashEndpoint, redisUrl: string): Promise<void> {
  await upstash.command("PING").catch((error: unknown) => {
    const host = new URL(redisUrl).host;
    throw new DevError(
      `The Redis at REDIS_URL (${host}) does not respond: ${messageOf(error)}. Start it, or correct or unset REDIS_URL.`,
    );
  });
}

/** Returns the port of the last start if it is free, so that its URL stays valid, and any free port otherwise. */
async function choosePort(remembered: number | undefined): Promise<number> {
  if (remembered !== undefined) {
    const port = await tryPort(remembered).catch(() => undefined);
    if (port !== undefined) return port;
  }
  return tryPort(0);
}

/** Throws a DevError if the worker cannot use its port within `patienceMs`. */
async function checkPort(port: number, patienceMs: number): Promise<void> {
  const deadline = Date.now() + patienceMs;
  const attempt = (): Promise<number> =>
    tryPort(port).catch(async (error: unknown) => {
      if (Date.now() >= deadline) throw error;
      await delay(100);
      return attempt();
    });
  await attempt().catch((error: unknown) => {
    const another = `choose another: PORT=${port === 65_535 ? 8788 : port + 1} npm run dev`;
    if (codeOf(error) === "EADDRINUSE") {
      throw new DevError(`Port ${port} is in use by another program. Stop that program, or ${another}`);
    }
    throw new DevError(`Port ${port} cannot be used (${messageOf(error)}); ${another}`);
  });
}

/** Returns the port if a server can listen on it, and rejects otherwise. Port 0 finds a free one. */
async function tryPort(port: number): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const found = (server.address() as AddressInfo).port;
  await new Promise((resolve) => server.close(resolve));
  return found;
}
