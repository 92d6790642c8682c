import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type ProcessTest, startProcessTest } from "./serve.ts";

describe("the burgee command", () => {
  let t: ProcessTest;
  beforeAll(async () => {
    t = await startProcessTest();
  });
  afterAll(() => t.close());

  const production = { BURGEE_ENVIRONMENT: "production" };
  const burgee = (...args: string[]) => t.execute("burgee", args, production);

  test("changes a flag, prints to standard output and reads a document from a pipe", async ({ expect }) => {
    const { stdout, stderr } = await burgee("flags", "create", "piped", "--default", "on");
    expect(stdout).toMatch(
      /^flag piped in production: version \d+, published\n {2}only servers see it; --client-visible for pages and apps\n$/,
    );
    expect(stderr).toBe("");
    expect((await t.evaluate("piped")).body.value).toBe(true);
    const piped = 'burgee flags get piped | sed \'s/"variant": "on"/"variant": "off"/\' | burgee flags set piped -f -';
    await t.execute("sh", ["-ec", piped], production);
    expect((await t.evaluate("piped")).body.value).toBe(false);
    const { stdout: list } = await t.execute("sh", ["-c", "burgee flags list | cat"], production);
    expect(list).not.toContain("\u001B");
  });

  test("prints its version", async ({ expect }) => {
    expect((await burgee("--version")).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test("sets the exit code and prints errors on the standard error", async ({ expect }) => {
    await expect(burgee("flags", "get", "nobody")).rejects.toMatchObject({ code: 1, stdout: "" });
    await expect(burgee("nonsense")).rejects.toMatchObject({ code: 2 });
    await expect(burgee("flags", "create", "piped")).rejects.toMatchObject({ code: 1 });
    await expect(burgee("env", "list", "--url", "http://127.0.0.1:9")).rejects.toMatchObject({
      code: 5,
      stderr: expect.stringContaining("cannot be reached"),
    });
  });

  test("prints no error if the reader closes the pipe", async ({ expect }) => {
    const child = spawn("sh", ["-c", "burgee --help | head -1"], { env: t.env, cwd: t.folder });
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk) => (out += String(chunk)));
    child.stderr.on("data", (chunk) => (err += String(chunk)));
    await new Promise((done) => child.once("close", done));
    expect({ out, err }).toEqual({ out: "Usage: burgee [options] [command]\n", err: "" });
  });

  test("completes commands, options and keys of the deployment in bash", async ({ expect }) => {
    const lines = {
      "burgee fl": "flags",
      "burgee flags se": "serve set",
      "burgee flags set --ro": "--rollout",
      "burgee flags get pi": "piped",
      "burgee flags list -e p": "production",
      'burgee flags get $(touch "/tmp/never")': "",
    };
    const script = `eval "$(burgee completion bash)"
      for line in "$@"; do
        read -ra COMP_WORDS <<< "$line"; COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); COMPREPLY=(); _burgee
        echo "\${COMPREPLY[*]}"
      done`;
    const { stdout } = await t.execute("bash", ["-c", script, "bash", ...Object.keys(lines)], production);
    expect(stdout.split("\n")).toEqual([...Object.values(lines), ""]);
  });
});
