import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import { applyMigrations } from "../../../dev/postgres/migrate.ts";
import type { NeonEndpoint } from "../../../dev/postgres/neon-endpoint.ts";
import { type Isolate, startIsolate } from "../../support/app.ts";
import { takeBackup } from "../../support/backends/database-backup.ts";
import { KEY_SECRET } from "../../support/project.ts";
import { type CliTest, startCliTest } from "../../integration/cli/harness.ts";
import { type Output, type Program, Shell } from "./operations-shell.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const URL_OF_DEPLOYMENT = "https://flags.example.com";

/** The chat that gets the events of webhooks. */
const RECEIVER = { fetch: async () => new Response("ok") };

export interface OperationsWorld {
  /** Runs a line of a page. More than a second passes after each line, so every isolate checks the head again. */
  run(line: string): Promise<Output>;
  happens(what: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts a deployment with the pages' flags and two isolates: one for management, and one at another edge. */
export async function startOperationsWorld(): Promise<OperationsWorld> {
  const t = await startCliTest({}, RECEIVER);
  const { neon } = t.project.backends;
  const deployment = new Deployment(t);
  const send = (url: string, init?: RequestInit) => deployment.send(url, init);

  const burgee: Program = async (args, { input, env }) => {
    const { BURGEE_URL = "", BURGEE_TOKEN = "" } = { ...shell.variables, ...env };
    const fetch: typeof globalThis.fetch = (url, init) => send(new Request(url).url, init);
    const { code, out, err } = await t.run(args, { env: { BURGEE_URL, BURGEE_TOKEN }, fetch, input });
    return { code, text: code === 0 ? out : `${out}${err}exit code ${code}\n` };
  };

  const shell = new Shell({
    variables: {
      BURGEE_URL: URL_OF_DEPLOYMENT,
      BURGEE_TOKEN: t.project.adminToken,
      KEY: t.project.serverKey,
      DATABASE_URL: neon.connectionString,
      OWNER_URL: neon.connectionString,
      KEY_SECRET,
    },
    programs: {
      burgee,
      npx: ([name = "", ...args], given) =>
        name === "burgee" ? burgee(args, given) : Promise.resolve({ code: 127, text: `npx ${name}` }),
      curl: (args) => curl(args, send),
      npm: (args, given) => npm(args, { ...exported(shell.variables), ...given.env }, t),
      psql: (args) => psql(args, neon),
      jq,
      openssl: newSecret,
      echo: async (words) => ({ code: 0, text: words.join(" ") }),
      cut,
    },
    write: t.write,
  });

  const events = eventsOf(t, deployment, shell);
  const has = (logged: string): void => {
    const events = Object.values(deployment.isolates).flatMap((isolate) => isolate.logged);
    if (!events.includes(logged)) throw new Error(`${logged} is not in the log: ${events.join(", ")}`);
  };

  await t.write("start.yaml", await readFile(`${ROOT}/examples/project.yaml`, "utf8"));
  const started = await burgee(["apply", "start.yaml", "--create-environments"], { input: "", env: {} });
  if (started.code !== 0) throw new Error(started.text);
  await burgee(["cache", "warm", "-e", "production"], { input: "", env: {} });
  // The edge has served users before the page's first line.
  const asked = { method: "POST", headers: { authorization: `Bearer ${t.project.serverKey}` }, body: "{}" };
  await send(`${URL_OF_DEPLOYMENT}/ofrep/v1/evaluate/flags`, asked);
  return {
    async run(line) {
      await t.clock.advance(1001);
      return await shell.run(line);
    },
    async happens(what) {
      const [, logged] = /^the log has (\w+)$/.exec(what) ?? [];
      if (logged !== undefined) return has(logged);
      const event = events[what];
      if (event === undefined) throw new TypeError(`"${what}" is not one of ${Object.keys(events).join(", ")}`);
      await event();
    },
    close: () => t.close(),
  };
}

/** Two isolates: one for management, and one at another edge. */
class Deployment {
  isolates: { managed: Isolate; edge: Isolate };
  readonly #t: CliTest;

  constructor(t: CliTest) {
    this.#t = t;
    this.isolates = this.#start({});
  }

  deploy(bindings: Record<string, string> = {}): void {
    this.isolates = this.#start(bindings);
  }

  async send(url: string, init?: RequestInit): Promise<Response> {
    const { pathname, search } = new URL(url);
    const isolate = /^\/(ofrep|flags)\b/.test(pathname) ? this.isolates.edge : this.isolates.managed;
    const response = await isolate.fetch(pathname + search, init);
    const text = await response.text();
    await isolate.settled();
    return new Response([204, 304].includes(response.status) ? null : text, response);
  }

  #start(bindings: Record<string, string>) {
    const unlimited = { UNKNOWN_KEYS_PER_SECOND: "0", WRITES_PER_SECOND: "0", AHEAD_PER_SECOND: "0" };
    const start = () =>
      startIsolate({ ...this.#t.project.bindings, ...unlimited, ...bindings }, this.#t.clock, RECEIVER);
    return { managed: start(), edge: start() };
  }
}

/** The events that pages name between their commands. */
function eventsOf(t: CliTest, deployment: Deployment, shell: Shell): Record<string, () => unknown> {
  const { neon, upstash } = t.project.backends;
  let restore: (() => Promise<void>) | undefined;
  return {
    "redis is down": () => upstash.setFaults({ down: true }),
    "redis is back": () => upstash.setFaults({}),
    "postgres is down": () => neon.setFaults({ down: true }),
    "postgres is back": () => neon.setFaults({}),
    "a minute passes": async () => {
      await t.clock.advance(60_000);
      await deployment.isolates.managed.services.sweep(() => undefined);
    },
    "the backup is taken": async () => (restore = await takeBackup(neon)),
    "the backup is restored": () => restore?.(),
    "both secrets are deployed": () => {
      const { KEY_SECRET: before = "", NEW_SECRET = "" } = shell.variables;
      deployment.deploy({ KEY_SECRET: NEW_SECRET, KEY_SECRET_PREVIOUS: before });
    },
    "the new secret alone is deployed": () => deployment.deploy({ KEY_SECRET: shell.variables["NEW_SECRET"] ?? "" }),
    "flags.yaml is edited": async () => t.write("flags.yaml", withTwoToggled(await t.read("flags.yaml"))),
    "the worker is deployed anew": () => deployment.deploy(),
  };
}

/** The variables that the scripts of npm read. */
function exported({ DATABASE_URL = "", KEY_SECRET: secret = "" }: Record<string, string>): Record<string, string> {
  return { DATABASE_URL, KEY_SECRET: secret };
}

async function npm([run, ...words]: string[], variables: Record<string, string>, t: CliTest): Promise<Output> {
  const { neon } = t.project.backends;
  const node = (script: string, args: string[]): Promise<Output> =>
    new Promise((resolve) => {
      const env = { ...process.env, NEON_HTTP_URL: neon.url, ...variables };
      execFile(process.execPath, [`${ROOT}/${script}`, ...args], { env, cwd: t.folder }, (error, out, err) =>
        resolve({ code: error === null ? 0 : 1, text: error === null ? out : err }),
      );
    });
  const [script, ...after] = words.filter((word) => word !== "--silent" && word !== "--");
  if (run !== "run") return { code: 127, text: `npm ${run}` };
  if (script === "admin-token") return await node("dev/admin-token.ts", after);
  if (script === "snapshot") return await node("dev/snapshot.ts", after);
  if (script !== "db:migrate") return { code: 127, text: `npm run ${script}` };
  const applied = await applyMigrations(neon);
  return { code: 0, text: applied.length === 0 ? "nothing to apply" : applied.join("\n") };
}

async function psql([, options, sql = ""]: string[], neon: NeonEndpoint): Promise<Output> {
  if (options !== "-Atc") return { code: 127, text: `psql ${options}` };
  if (sql.includes("; ")) {
    await neon.exec(sql);
    return { code: 0, text: "" };
  }
  const rows = await neon.query<Record<string, Cell>>(sql);
  return { code: 0, text: rows.map((row) => Object.values(row).map(cell).join("|")).join("\n") };
}

/** The project file with two flags switched over in production, as somebody would edit it. */
function withTwoToggled(text: string): string {
  const file = parse(text) as { flags: { key: string; environments: Record<string, { enabled: boolean }> }[] };
  for (const { key, environments } of file.flags) {
    const production = environments["production"];
    if (production !== undefined && ["gift-wrapping", "one-page-checkout"].includes(key))
      production.enabled = !production.enabled;
  }
  return stringify(file);
}

type Cell = string | number | boolean | Date | null;

function cell(value: Cell): string {
  if (value === null) return "";
  if (typeof value === "boolean") return value ? "t" : "f";
  return value instanceof Date ? value.toISOString() : String(value);
}

/** Runs curl with the options that pages use. Unlike the real one, it fails on a status of 400 or more without -i. */
async function curl(args: string[], send: (url: string, init?: RequestInit) => Promise<Response>): Promise<Output> {
  const headers = new Headers();
  let [url, method, body]: (string | undefined)[] = [];
  let isHeaded = false;
  for (let word = args.shift(); word !== undefined; word = args.shift()) {
    if (word === "-s") continue;
    if (word === "-i") isHeaded = true;
    else if (word === "-X") method = args.shift();
    else if (word === "-H") headers.append(...splitHeader(args.shift() ?? ""));
    else if (word === "--json" || word === "-d") {
      body = args.shift();
      if (!headers.has("content-type"))
        headers.set("content-type", word === "-d" ? "application/x-www-form-urlencoded" : "application/json");
    } else if (word.startsWith("-")) return { code: 127, text: `curl ${word}` };
    else url = word;
  }
  const response = await send(url ?? "", {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers,
    ...(body === undefined ? {} : { body }),
  });
  const head = [`HTTP/2 ${response.status}`, ...[...response.headers].map(([name, value]) => `${name}: ${value}`), ""];
  const text = `${isHeaded ? `${head.join("\n")}\n` : ""}${await response.text()}\n`;
  return response.status >= 400 && !isHeaded ? { code: 22, text: `${response.status} ${text}` } : { code: 0, text };
}

function splitHeader(text: string): [name: string, value: string] {
  const at = text.indexOf(":");
  return [text.slice(0, at), text.slice(at + 1).trim()];
}

/** Supports `-r` and paths such as `.items[0].id`; `.` prints everything. */
const jq: Program = async (args, { input }) => {
  const path = args.find((word) => word !== "-r") ?? ".";
  let found: unknown = JSON.parse(input);
  for (const [, name, index] of path.matchAll(/\.?([A-Za-z_]\w*)|\[(-?\d+)\]/g)) {
    found =
      name === undefined
        ? (found as unknown[] | undefined)?.at(Number(index))
        : (found as Record<string, unknown> | undefined)?.[name];
  }
  return { code: 0, text: typeof found === "string" ? found : JSON.stringify(found ?? null, undefined, 2) };
};

/** `cut -d CHARACTER -f NUMBER` */
const cut: Program = async ([, delimiter = "", , field], { input }) => ({
  code: 0,
  text: input.trimEnd().split(delimiter)[Number(field) - 1] ?? "",
});

const newSecret: Program = async () => ({ code: 0, text: "5e".repeat(32) });
