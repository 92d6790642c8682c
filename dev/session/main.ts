/** `npm run dev`: in a clone started by start.js, in a deployment's folder by `burgee dev`. */
import { join } from "node:path";
import { redactFor } from "../failure.ts";
import { DevError } from "./error.ts";
import { Closers, type DevSession, startSession } from "./session.ts";
import { type DevPlaces, type DevSettings, readDevSettings } from "./settings.ts";

const CLONE = join(import.meta.dirname, "../..");

/**
 * Runs until a signal stops it or the worker ends. Sets the exit code.
 *
 * @param places by default those of a clone
 */
export async function main(
  places: DevPlaces = { root: CLONE, project: join(CLONE, "examples/project.yaml") },
): Promise<void> {
  const closers = new Closers();
  const started = performance.now();
  let isStopping = false;
  const redact = redactFor(process.env);

  const stop = async (code: number): Promise<never> => {
    isStopping = true;
    await closers.close().catch((error: unknown) => console.error(redact(String(error))));
    process.exit(code);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    // A second Ctrl-C does not wait.
    process.on(signal, () => void (isStopping ? process.exit(1) : stop(0)));
  }
  onNpmGone(() => void (isStopping || stop(0)));

  try {
    const settings = readDevSettings(process.env, places, process.cwd());
    console.log("Starting Burgee…");
    const session = await startSession(settings, closers, (line) => console.log(line));
    console.log(await describe(session, settings, performance.now() - started));
    const code = await session.worker.ended;
    if (isStopping) return;
    throw new DevError(`wrangler dev ended (exit code ${code}). Its last output:\n\n${session.worker.lastOutput()}`);
  } catch (error) {
    if (isStopping) return;
    const text = error instanceof DevError ? error.message : error instanceof Error ? error.stack : String(error);
    console.error(`\n${redact(text ?? "")}\n`);
    await stop(1);
  }
}

/** Calls `act` when npm ends. npm's shell does not forward signals, so only the parent process shows it. */
function onNpmGone(act: () => void): void {
  if (process.env["npm_lifecycle_event"] === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    act();
  }, 500);
  timer.unref();
}

async function describe({ file, neon }: DevSession, settings: DevSettings, tookMs: number): Promise<string> {
  const { url, adminToken, environments } = file;
  const embedded = `embedded, stored in ${settings.shownDirectory}/postgres`;
  const keys = Object.entries(environments).map(
    ([key, { clientKey, serverKey }]) => `\n  ${key}\n    server key  ${serverKey}\n    client key  ${clientKey}`,
  );
  const [first = "", { serverKey = "" } = {}] = Object.entries(environments)[0] ?? [];
  const flags = await neon.query<{ flag_key: string }>(
    `select c.flag_key from flag_configurations c join flags f on f.key = c.flag_key
     where c.environment = $1 and c.enabled and f.kind = 'flag'
     order by c.flag_key <> 'checkout-redesign', c.flag_key limit 1`,
    [first],
  );
  const path = flags[0] ? `/${flags[0].flag_key}` : "";
  return `
Burgee is running on ${url} (started in ${(tookMs / 1000).toFixed(1)} s)

  Console        ${url}/console (sign in with the admin token)
  API reference  ${url}/docs

  Postgres  ${settings.databaseUrl ? `DATABASE_URL, ${new URL(settings.databaseUrl).host}` : embedded}
  Redis     ${settings.redisUrl ? `REDIS_URL, ${new URL(settings.redisUrl).host}` : "embedded, empty at each start"}

  admin token   ${adminToken}
${keys.join("\n")}

Set the keys in another terminal, and evaluate a flag:

  export KEY=${serverKey} ADMIN=${adminToken}
  curl -s ${url}/ofrep/v1/evaluate/flags${path} -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -d '{"context":{"targetingKey":"user-1"}}'

Scripts find the addresses and keys in ${settings.shownDirectory}/dev.json. Ctrl-C stops everything and keeps the data.
`;
}
