import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import { parse } from "yaml";
import { type ProcessTest, startProcessTest } from "../serve.ts";

interface Job {
  if: string;
  environment?: string;
  env?: Record<string, string>;
  steps: { uses?: string; run?: string; env?: Record<string, string> }[];
}

const text = await readFile(new URL("../../../../templates/github/flags.yml", import.meta.url), "utf8");
const workflow = parse(text) as { on: object; jobs: Record<string, Job> };

/** Runs the workflow's own commands in the shell that runners use. */
describe("the workflow that burgee init writes", () => {
  let t: ProcessTest;
  beforeAll(async () => {
    t = await startProcessTest();
    await t.run("flags create search -e production --default off");
    await t.run("export flags.yaml");
    // In place of the runner's own commands.
    const commands = { npm: "exit 0", npx: 'exec "$@"', gh: 'echo "$@" > gh.txt' };
    for (const [name, command] of Object.entries(commands)) {
      await writeFile(join(t.folder, name), `#!/bin/sh\n${command}\n`, { mode: 0o755 });
    }
  });
  afterAll(() => t.close());

  const runJob = async (name: string) => {
    for (const { run } of workflow.jobs[name]?.steps ?? []) {
      if (run === undefined) continue;
      const script = run.replaceAll("${{ github.event.pull_request.number }}", "7");
      await t.execute("bash", ["-e", "-c", script], {
        GITHUB_STEP_SUMMARY: join(t.folder, "summary.md"),
        GITHUB_SERVER_URL: "https://github.com",
        GITHUB_REPOSITORY: "acme/flags",
        GITHUB_SHA: "4f2c1d9",
      });
    }
  };
  const edit = async (from: string, to: string) =>
    t.write("flags.yaml", (await t.read("flags.yaml")).replace(from, to));

  test("comments the differences on a pull request and changes nothing", async ({ expect }) => {
    await edit('default: { variant: "off" }', 'default: { variant: "on" }');
    await runJob("check");
    const summary = await t.read("summary.md");
    expect(summary).toMatch(
      /^### Flags\n\n### production at version \d+: 1 to update\n\n```diff\n {2}flag search\n- {3}Everyone else: off\n\+ {3}Everyone else: on/,
    );
    expect(await t.read("comment.md")).toBe(summary);
    expect(await t.read("gh.txt")).toBe("pr comment 7 --body-file comment.md --edit-last --create-if-none\n");
    expect((await t.evaluate("search")).body.value).toBe(false);
  });

  test("applies the changes on main, after which there are no differences", async ({ expect }) => {
    await runJob("apply");
    expect((await t.evaluate("search")).body.value).toBe(true);
    expect((await t.run("audit list -e production --limit 1")).out).toContain(
      "“https://github.com/acme/flags/commit/4f2c1d9”",
    );
    await runJob("check");
    expect(await t.read("summary.md")).toMatch(/### production at version \d+: nothing to change\n$/);
    await runJob("apply");
  });

  test("cuts a comment that GitHub would refuse, and keeps the whole of it in the summary", async ({ expect }) => {
    const before = await t.read("flags.yaml");
    const more = Array.from(
      { length: 600 },
      (_, i) => `  - {key: ${`f${i}`.padEnd(120, "x")}, type: boolean, variants: {"on": true},
      environments: {production: {enabled: true, offVariant: null, default: {variant: "on"}}}}\n`,
    );
    await t.write("flags.yaml", before + more.join(""));
    await t.write("summary.md", "");
    await runJob("check");
    expect((await t.read("comment.md")).length).toBeLessThan(61_000);
    expect(await t.read("comment.md")).toMatch(/```\n\nThe rest is in the summary of the workflow\.\n$/);
    expect(await t.read("summary.md")).toContain("f599x");
    await t.write("flags.yaml", before);
  });

  test("fails on its schedule if the deployment differs from the file", async ({ expect }) => {
    await runJob("drift");
    await t.run("flags disable search -e production");
    await expect(runJob("drift")).rejects.toMatchObject({ code: 3 });
    await t.run("flags enable search -e production");
  });

  test("fails on a pull request if a test of a flag fails", async ({ expect }) => {
    const one = (variant: string) =>
      `tests: [{ flag: search, environment: production, context: {}, expect: "${variant}" }]`;
    await t.write("flags.test.yaml", one("on"));
    await runJob("check");
    await t.write("flags.test.yaml", one("off"));
    await expect(runJob("check")).rejects.toMatchObject({ code: 3 });
    await t.write("flags.test.yaml", one("on"));
  });

  test("fails on a pull request with an error in the file", async ({ expect }) => {
    await edit("enabled: true", "enabled: maybe");
    await expect(runJob("check")).rejects.toMatchObject({
      stderr: expect.stringContaining("flag search in production, /enabled must be true or false"),
    });
  });

  test("gives the token that may write only to main", ({ expect }) => {
    expect(Object.keys(workflow.on)).toEqual(["pull_request", "push", "schedule"]);
    const { check, apply, drift } = workflow.jobs;
    expect(check?.if).toBe("github.event_name == 'pull_request'");
    expect(check?.env?.["BURGEE_TOKEN"]).toBe("${{ secrets.BURGEE_READ_TOKEN }}");
    expect(drift?.steps.at(-1)?.env).toEqual({ BURGEE_TOKEN: "${{ secrets.BURGEE_READ_TOKEN }}" });
    expect(apply).toMatchObject({ if: "github.event_name == 'push'", environment: "flags" });
    expect(apply?.steps.at(-1)?.env).toEqual({ BURGEE_TOKEN: "${{ secrets.BURGEE_TOKEN }}" });
  });
});
