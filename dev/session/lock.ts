/** One `npm run dev` per directory: two PGlite on the same files would destroy them. */
import { execFile } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { codeOf, DevError } from "./error.ts";
import type { DevFiles } from "./files.ts";

interface LockContent {
  pid: number;
  url: string;
  /** Leader of wrangler's process group, once it runs. */
  wranglerPid?: number;
}

export interface DevLock {
  /** It had to end the worker of a start that was killed, whose port may take a moment to become free. */
  clearedUp: boolean;
  /** Remembers wrangler, so that the next start can end it when this process is killed. */
  recordWrangler(pid: number): Promise<void>;
  release(): Promise<void>;
}

/** Throws a DevError when another process holds it; clears up after one that was killed. */
export async function takeLock(files: DevFiles, url: string): Promise<DevLock> {
  const path = join(files.directory, "lock");
  const content: LockContent = { pid: process.pid, url };
  const write = () => writeFile(path, JSON.stringify(content));

  let clearedUp = false;

  try {
    await writeFile(path, JSON.stringify(content), { flag: "wx" });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    const holder = await readHolder(path);
    if (holder && (await commandOf(holder.pid))?.includes("dev/")) {
      const other = `PORT=${Number(new URL(url).port) + 1} BURGEE_DIR=${files.shown("").replace(/\/$/, "")}-2 npm run dev`;
      throw new DevError(
        `npm run dev already runs on ${files.shown("")} (process ${holder.pid}, ${holder.url}). Stop it, or start a second one apart from it: ${other}`,
      );
    }
    if (holder?.wranglerPid !== undefined) clearedUp = await endLeftover(holder.wranglerPid);
    await write();
  }

  return {
    clearedUp,
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

/** The worker of a start that was killed; it would keep the port. Numbers are reused, so its command is looked at. */
async function endLeftover(pid: number): Promise<boolean> {
  if (!(await commandOf(pid))?.includes("wrangler")) return false;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself meanwhile.
  }
  return true;
}

/** The command line of a running process. */
async function commandOf(pid: number): Promise<string | undefined> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) !== "EPERM") return undefined;
  }
  const run = promisify(execFile);
  return run("ps", ["-o", "args=", "-p", String(pid)]).then(
    ({ stdout }) => stdout,
    // Without ps the number alone has to do.
    () => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "dev/ (unknown)"),
  );
}
