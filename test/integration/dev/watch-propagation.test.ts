import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { type Colo, startColo } from "../../support/edge/colo.ts";
import { type PropagationEdge, startPropagationEdge } from "./propagation-edge.ts";
import { startTestProject, type TestProject } from "../../support/project.ts";

const root = join(import.meta.dirname, "../../..");
const FLAG = "/api/v1/environments/staging/flags/burgee-propagation-probe";

/** The command in a process of its own, in front of two isolates that stand for two data centres. */
describe("npm run watch:propagation", () => {
  let project: TestProject;
  let colos: [Colo, Colo];
  let edge: PropagationEdge;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    project = await startTestProject({}, "staging");
    colos = [await startColo({ bindings: project.bindings }), await startColo({ bindings: project.bindings })];
    edge = await startPropagationEdge(colos);
  }, 120_000);
  afterAll(async () => {
    for (const child of children) child.kill("SIGKILL");
    edge.close();
    await Promise.all(colos.map((colo) => colo.dispose()));
    await project.close();
  });
  beforeEach(() => edge.thaw());

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
  const watch = (...args: string[]) => start(["--url", edge.url, "--interval", "200", ...args]).ended;
  const admin = async (method: string, path: string, body?: unknown): Promise<Response> =>
    await fetch(edge.url + path, {
      method,
      headers: { authorization: `Bearer ${project.adminToken}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  test("measures each change at each data centre and deletes its flag", { timeout: 60_000 }, async ({ expect }) => {
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
    // Each change reaches the second data centre a few responses late.
    expect(report.places[1].neverOld).toBe(0);
    expect((await admin("GET", FLAG)).status).toBe(404);
    for (const secret of [project.adminToken, project.clientKey]) expect(stdout + stderr).not.toContain(secret);
  });

  test("keeps the flag with --keep, and uses it again in the next run", { timeout: 60_000 }, async ({ expect }) => {
    expect(await watch("--changes", "1", "--keep")).toMatchObject({ code: 0, stdout: expect.stringMatching(/^AMS /m) });
    expect((await admin("GET", FLAG)).status).toBe(200);
    expect((await watch("--changes", "1")).code).toBe(0);
    expect((await admin("GET", FLAG)).status).toBe(404);
  });

  test("does not touch a flag that it did not make", { timeout: 30_000 }, async ({ expect }) => {
    await project.save({ key: "mine" });
    const { code, stderr } = await watch("--flag", "mine");
    expect([code, stderr]).toEqual([2, expect.stringContaining('"mine" is a flag of your own')]);
    expect(await (await admin("GET", "/api/v1/environments/staging/flags/mine")).json()).toMatchObject({
      default: { variant: "on" },
    });
  });

  test("exits with 3 when a change does not arrive", { timeout: 60_000 }, async ({ expect }) => {
    // The command writes its first change when every sampler sees the flag; from then on nobody sees anything newer.
    edge.freeze("at the next PATCH");
    const { code, stdout } = await watch("--changes", "1", "--timeout", "5000", "--json");
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ changes: 1, missing: 1 });
    expect((await admin("GET", FLAG)).status).toBe(404);
  });

  test("exits with 3 when its flag remains at an older version", { timeout: 60_000 }, async ({ expect }) => {
    expect((await watch("--changes", "1", "--keep")).code).toBe(0);
    edge.freeze("now");
    const { code, stdout } = await watch("--timeout", "3000", "--json");
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ changes: 0, missing: 1 });
    expect((await admin("GET", FLAG)).status).toBe(404);
  });

  test("reports the results so far and cleans up after Ctrl-C", { timeout: 60_000 }, async ({ expect }) => {
    const evaluated = edge.evaluated();
    const run = start(["--url", edge.url, "--changes", "500", "--interval", "200"]);
    await Promise.race([evaluated, run.ended]);
    run.child.kill("SIGINT");
    const { code, stdout } = await run.ended;
    expect([code, stdout]).toEqual([0, expect.stringContaining("changes, written in")]);
    expect((await admin("GET", FLAG)).status).toBe(404);
  });

  test(
    "names a deployment that does not respond or refuses, each with its own exit code",
    { timeout: 60_000 },
    async ({ expect }) => {
      const closed = await start(["--url", "http://127.0.0.1:9"]).ended;
      expect([closed.code, closed.stderr]).toEqual([
        5,
        expect.stringContaining("http://127.0.0.1:9 cannot be reached"),
      ]);
      const forged = project.adminToken.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
      const refused = await start(["--url", edge.url], { BURGEE_ADMIN_TOKEN: forged }).ended;
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
