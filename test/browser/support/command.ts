import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../../..");

export interface Command {
  /** The first group of the match, or the whole match. */
  match: string;
  stop(): Promise<void>;
}

/** Runs an npm script until its output matches. @throws Error with its output if it ends or takes too long */
export async function startCommand(
  script: string,
  until: RegExp,
  env: Record<string, string>,
  timeoutMs = 60_000,
): Promise<Command> {
  const { child, output, ended } = run(script, env);
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    signal(child, "SIGTERM");
    const killer = setTimeout(() => signal(child, "SIGKILL"), 15_000);
    await ended;
    clearTimeout(killer);
  };
  const match = await new Promise<string>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`npm run ${script} ${why}:\n${output()}`));
    const timer = setTimeout(() => fail(`did not print ${until} in time`), timeoutMs);
    const check = (): void => {
      const found = until.exec(output());
      if (found === null) return;
      clearTimeout(timer);
      resolve(found[1] ?? found[0]);
    };
    child.stdout?.on("data", check);
    void ended.then(() => {
      clearTimeout(timer);
      fail("ended");
    });
  }).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { match, stop };
}

/** Runs an npm script to its end and returns its output. @throws Error with its output if it fails */
export async function runCommand(script: string, env: Record<string, string>): Promise<string> {
  const { child, output, ended } = run(script, env);
  const killer = setTimeout(() => signal(child, "SIGKILL"), 30_000);
  const code = await ended;
  clearTimeout(killer);
  if (code !== 0) throw new Error(`npm run ${script} ended with ${code}:\n${output()}`);
  return output();
}

function run(script: string, env: Record<string, string>) {
  const { DATABASE_URL: _database, REDIS_URL: _redis, npm_lifecycle_event: _npm, ...inherited } = process.env;
  // Its own process group, so that the processes that npm starts end with it.
  const child = spawn("npm", ["run", "--silent", script], {
    cwd: ROOT,
    env: { ...inherited, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { child, output: () => text, ended };
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, name);
  } catch {
    // The group has ended.
  }
}
