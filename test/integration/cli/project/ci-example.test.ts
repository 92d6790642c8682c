import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import { parse } from "yaml";
import { type ProcessTest, startProcessTest } from "../serve.ts";

interface Job {
  if: string;
  environment?: string;
  steps: { uses?: string; run?: string; env?: Record<string, string>; "working-directory"?: string }[];
}

const text = await readFile(new URL("../../../../examples/ci/flags.yml", import.meta.url), "utf8");
const workflow = parse(text) as { on: object; jobs: Record<string, Job> };

/** Runs the workflow's own commands in the shell that runners use. */
describe("examples/ci/flags.yml", () => {
  let t: ProcessTest;
  beforeAll(async () => {
    t = await startProcessTest();
    await t.run("flags create search -e production --default off");
    await t.run("export flags.yaml");
  });
  afterAll(() => t.close());

  const runJob = async (name: string) => {
    const commands = workflow.jobs[name]?.steps.filter((step) => step["working-directory"] === undefined) ?? [];
    for (const { run } of commands) {
      if (run !== undefined)
        await t.execute("bash", ["-e", "-c", run], { GITHUB_STEP_SUMMARY: join(t.folder, "summary.md") });
    }
  };
  const edit = async (from: string, to: string) =>
    t.write("flags.yaml", (await t.read("flags.yaml")).replace(from, to));

  test("shows the differences on a pull request and changes nothing", async ({ expect }) => {
    await edit('default: { variant: "off" }', 'default: { variant: "on" }');
    await runJob("diff");
    const summary = await t.read("summary.md");
    expect(summary).toMatch(/^### production at version \d+: 1 to update\n\n```diff\n {2}flag search\n- {3}\/default/);
    expect((await t.evaluate("search")).body.value).toBe(false);
  });

  test("applies the changes on main, after which there are no differences", async ({ expect }) => {
    await runJob("apply");
    expect((await t.evaluate("search")).body.value).toBe(true);
    await runJob("diff");
    expect(await t.read("summary.md")).toMatch(/### production at version \d+: nothing to change\n$/);
    await runJob("apply");
  });

  test("fails on a pull request with an error in the file", async ({ expect }) => {
    await edit("enabled: true", "enabled: maybe");
    await expect(runJob("diff")).rejects.toMatchObject({
      stderr: expect.stringContaining("flag search in production, /enabled must be true or false"),
    });
  });

  test("gives the token that may write only to main", ({ expect }) => {
    expect(Object.keys(workflow.on)).toEqual(["pull_request", "push"]);
    const { diff, apply } = workflow.jobs;
    expect(diff?.if).toBe("github.event_name == 'pull_request'");
    expect(diff?.steps.flatMap(({ env = {} }) => Object.values(env))).toEqual(["${{ secrets.BURGEE_READ_TOKEN }}"]);
    expect(apply).toMatchObject({ if: "github.event_name == 'push'", environment: "flags" });
    expect(apply?.steps.at(-1)?.env).toEqual({ BURGEE_TOKEN: "${{ secrets.BURGEE_TOKEN }}" });
  });
});
