/** Allows one `npm run dev` per directory, because two PGlite processes would destroy the same files. */
import { execFile } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { codeOf, DevError } from "./error.ts";
import type { DevFiles } from "./files.ts";

interface LockContent {
  pid: number;
  url: string;
  /** The leader of wrangler's process group, once it runs. */
  wranglerPid?: number;
}

export interface DevLock {
  /** Whether the worker of a killed start had to be stopped. Its port may take a moment to become free. */
  stoppedWorker: boolean;
  /** Records wrangler's process, so that the next start can stop it if this process is killed. */
  recordWrangler(pid: number): Promise<void>;
  release(): Promise<void>;
}

/** Takes the lock, also from a process that was killed. Throws a DevError if another process holds it. */
export async function takeLock(files: DevFiles, url: string): Promise<DevLock> {
  const path = join(files.directory, "lock");
  const content: LockContent = { pid: process.pid, url };
  const write = () => writeFile(path, JSON.stringify(content));

  let stoppedWorker = false;

  try {
    await writeFile(path, JSON.stringify(content), { flag: "wx" });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    const holder = await readHolder(path);
    if (holder && (await commandOf(holder.pid))?.match(/\bdev\b/)) {
      const other = `PORT=${Number(new URL(url).port) + 1} BURGEE_DIR=${files.shown("").replace(/\/$/, "")}-2 npm run dev`;
      throw new DevError(
        `npm run dev already uses ${files.shown("")} (process ${holder.pid}, ${holder.url}). Stop it, or start a separate one: ${other}`,
      );
    }
    if (holder?.wranglerPid !== undefined) stoppedWorker = await stopWorkerOf(holder.wranglerPid);
    await write();
  }

  return {
    stoppedWorker,
    recordWrangler: async (pid) => {
      content.wranglerPid = pid;
      await write();
    },
    release: () => rm(path, { force: true }),
  };
}

async function readHolder(path: string): Promise<LockContent | undefined> {
  try {
    const content = JSON.parse(await readFile(path, "utf8")) as Partial<LockContent>;
    if (typeof content.pid !== "number") return undefined;
    return { url: "unknown URL", ...content, pid: content.pid };
  } catch {
    return undefined;
  }
}

/** Stops the worker of a killed start, which still holds the port. It checks the command, because pids are reused. */
async function stopWorkerOf(pid: number): Promise<boolean> {
  if (!(await commandOf(pid))?.includes("wrangler")) return false;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has already ended.
  }
  return true;
}

/** Returns the command line of a process, or `undefined` if it does not run. */
async function commandOf(pid: number): Promise<string | undefined> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) !== "EPERM") return undefined;
  }
  const run = promisify(execFile);
  return run("ps", ["-o", "args=", "-p", String(pid)]).then(
    ({ stdout }) => stdout,
    // Without ps, the pid alone has to be enough.
    () => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "dev/ (unknown)"),
  );
}
