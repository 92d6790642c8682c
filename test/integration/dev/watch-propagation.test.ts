import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { type Colo, startColo } from "../../support/edge/colo.ts";
import { startTestProject, type TestProject } from "../../support/project.ts";

const root = join(import.meta.dirname, "../../..");
const FLAG = "/api/v1/environments/staging/flags/burgee-propagation-probe";

/** The command in a process of its own, in front of two isolates that stand for two data centres. */
describe("npm run watch:propagation", () => {
  let project: TestProject;
  let colos: Colo[];
  let edge: Server;
  let url: string;
  /** Answers of evaluations come from here, for as long as it is set. */
  let frozen: { status: number; headers: Record<string, string>; text: string } | undefined;
  let isFrozen = false;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    project = await startTestProject({}, "staging");
    colos = [await startColo({ bindings: project.bindings }), await startColo({ bindings: project.bindings })];
    const places = new WeakMap<object, number>();
    let connections = 0;
    edge = createServer((request, response) => {
      void (async () => {
        const place = places.get(request.socket) ?? connections++ % 2;
        places.set(request.socket, place);
        const isEvaluation = request.url?.startsWith("/ofrep/") === true;
        const colo = isEvaluation ? colos[place] : colos[0];
        const body: Buffer[] = [];
        for await (const part of request) body.push(part as Buffer);
        if (!isEvaluation || !isFrozen || frozen === undefined) {
          const answer = await colo!.fetch(request.url ?? "/", {
            method: request.method ?? "GET",
            headers: Object.entries(request.headers).filter(
              (header): header is [string, string] => !["connection", "host", "content-length"].includes(header[0]),
            ),
            ...(body.length === 0 ? {} : { body: Buffer.concat(body) }),
          });
          const kept = ["content-type", "x-flags-version", "cache-status", "etag"].flatMap((name) => {
            const value = answer.headers.get(name);
            return value === null ? [] : [[name, value] as const];
          });
          const said = { status: answer.status, headers: Object.fromEntries(kept), text: await answer.text() };
          if (isEvaluation && said.status === 200) frozen ??= said;
          response.writeHead(said.status, {
            ...said.headers,
            "cf-ray": `8f2c1d0a9b3e4f5a-${place === 0 ? "AMS" : "FRA"}`,
          });
          response.end(said.text);
          return;
        }
        response.writeHead(frozen.status, frozen.headers).end(frozen.text);
      })();
    });
    edge.listen(0, "127.0.0.1");
    await once(edge, "listening");
    url = `http://127.0.0.1:${(edge.address() as AddressInfo).port}`;
  }, 120_000);
  afterAll(async () => {
    for (const child of children) child.kill("SIGKILL");
    edge.closeAllConnections();
    edge.close();
    await Promise.all(colos.map((colo) => colo.dispose()));
    await project.close();
  });
  beforeEach(() => {
    isFrozen = false;
    frozen = undefined;
  });

  interface Ended {
    code: number | null;
    stdout: string;
    stderr: string;
  }

  const start = (args: string[], env: Record<string, string> = {}) => {
    const child = spawn(process.execPath, [join(root, "dev/propagation/main.ts"), ...args], {
      cwd: root,
      env: {
        PATH: process.env["PATH"],
        BURGEE_DIR: "/nonexistent",
        BURGEE_ADMIN_TOKEN: project.adminToken,
        BURGEE_KEY: project.clientKey,
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.push(child);
    const said = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const)
      child[name].setEncoding("utf8").on("data", (text: string) => (said[name] += text));
    const ended = once(child, "close").then(([code]): Ended => ({ code: code as number | null, ...said }));
    return { child, said, ended };
  };
  const watch = (...args: string[]) => start(["--url", url, "--interval", "200", ...args]).ended;
  const admin = async (method: string, path: string, body?: unknown): Promise<Response> =>
    await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${project.adminToken}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  test(
    "sees every change arrive at each data centre, and leaves nothing behind",
    { timeout: 60_000 },
    async ({ expect }) => {
      const { code, stdout, stderr } = await watch("--changes", "3", "--json");
      expect([code, stderr]).toEqual([0, expect.stringContaining('environment "staging"')]);
      const report = JSON.parse(stdout);
      expect(report).toMatchObject({
        environment: "staging",
        changes: 3,
        missing: 0,
        wrong: 0,
        wentBack: 0,
        failed: {},
      });
      expect(report.places.map(({ dataCentre }: { dataCentre: string }) => dataCentre)).toEqual(["AMS", "FRA"]);
      for (const { firstNew, lastOld, answers } of report.places) {
        expect([firstNew.count, lastOld.count]).toEqual([3, 3]);
        expect(answers).toBeGreaterThan(3);
      }
      // The isolate that was not told waits for its next look at the head.
      expect(report.places[1].neverOld).toBeLessThan(3);
      expect((await admin("GET", FLAG)).status).toBe(404);
      for (const secret of [project.adminToken, project.clientKey]) expect(stdout + stderr).not.toContain(secret);
    },
  );

  test("--keep leaves the flag, and the next run goes on with it", { timeout: 60_000 }, async ({ expect }) => {
    expect(await watch("--changes", "1", "--keep")).toMatchObject({ code: 0, stdout: expect.stringMatching(/^AMS /m) });
    expect((await admin("GET", FLAG)).status).toBe(200);
    expect((await watch("--changes", "1")).code).toBe(0);
    expect((await admin("GET", FLAG)).status).toBe(404);
  });

  test("a flag of somebody's own is not touched", { timeout: 30_000 }, async ({ expect }) => {
    await project.save({ key: "mine" });
    const { code, stderr } = await watch("--flag", "mine");
    expect([code, stderr]).toEqual([2, expect.stringContaining('"mine" is a flag of your own')]);
    expect(await (await admin("GET", "/api/v1/environments/staging/flags/mine")).json()).toMatchObject({
      default: { variant: "on" },
    });
  });

  test(
    "a change that does not arrive is told, with an exit code for scripts",
    { timeout: 60_000 },
    async ({ expect }) => {
      const run = start(["--url", url, "--interval", "200", "--changes", "2", "--timeout", "3000", "--json"]);
      // Once it watches, everybody goes on getting the first answer.
      while (frozen === undefined && run.child.exitCode === null)
        await new Promise((resolve) => setTimeout(resolve, 20));
      await new Promise((resolve) => setTimeout(resolve, 500));
      isFrozen = true;
      const { code, stdout } = await run.ended;
      expect(code).toBe(3);
      expect(JSON.parse(stdout).missing).toBeGreaterThanOrEqual(1);
      expect((await admin("GET", FLAG)).status).toBe(404);
    },
  );

  test("Ctrl-C ends it early, with what was seen, and tidies up", { timeout: 60_000 }, async ({ expect }) => {
    const run = start(["--url", url, "--changes", "500", "--interval", "200"]);
    while (frozen === undefined && run.child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
    run.child.kill("SIGINT");
    const { code, stdout } = await run.ended;
    expect([code, stdout]).toEqual([0, expect.stringContaining("changes, written in")]);
    expect((await admin("GET", FLAG)).status).toBe(404);
  });

  test(
    "whoever does not answer or refuses is named, each with an exit code of its own",
    { timeout: 60_000 },
    async ({ expect }) => {
      const closed = await start(["--url", "http://127.0.0.1:9"]).ended;
      expect([closed.code, closed.stderr]).toEqual([
        5,
        expect.stringContaining("http://127.0.0.1:9 cannot be reached"),
      ]);
      const forged = project.adminToken.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
      const refused = await start(["--url", url], { BURGEE_ADMIN_TOKEN: forged }).ended;
      expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("401")]);
      expect(refused.stderr).not.toContain(forged);
      const wrong = await watch("--changes", "x");
      expect([wrong.code, wrong.stderr]).toEqual([
        2,
        expect.stringContaining("--changes takes a whole number from 1 to 1000"),
      ]);
      const help = await watch("--help");
      expect([help.code, help.stdout]).toEqual([0, expect.stringContaining("usage:")]);
    },
  );
});
