import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type CliTest, startCliTest } from "./harness.ts";
import { type ProcessTest, startProcessTest } from "./serve.ts";

/** Programs of the shells that complete the last word of a line, and print what they found. */
const SHELL_PROGRAMS = {
  bash: (words: string[]) =>
    `eval "$(burgee completion bash)"; COMP_WORDS=(${words.join(" ")}); COMP_CWORD=${words.length - 1}; _burgee
     printf '%s\\n' "\${COMPREPLY[@]}"`,
  // A shell without a terminal has no completion system, so its two functions are made here.
  zsh: (words: string[]) =>
    `compdef() { }; _describe() { print -rl -- "\${(@P)2}" }; eval "$(burgee completion zsh)"
     words=(${words.join(" ")}); CURRENT=${words.length}; _burgee`,
  fish: (words: string[]) => `burgee completion fish | source; complete -C "${words.join(" ")}"`,
};
const isInstalled = (name: string) =>
  (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, name)));

describe("the scripts for shells", () => {
  let t: ProcessTest;
  beforeAll(async () => {
    t = await startProcessTest();
    await t.run("flags create checkout-new -e production");
    await t.run("flags create other -e production");
  });
  afterAll(() => t?.close());

  for (const [shell, program] of Object.entries(SHELL_PROGRAMS))
    test.skipIf(!isInstalled(shell))(
      `${shell} completes commands, and keys where the examples have them`,
      async ({ expect }) => {
        const found = async (line: string) => {
          const { stdout } = await t.execute(shell, ["-c", program(line.split(" "))]);
          return stdout.split("\n").flatMap((one) => (one === "" ? [] : [one.replace(/[\t:].*$/, "")]));
        };
        expect(await found("burgee flags dis")).toEqual(["disable"]);
        expect(await found("burgee flags disable che")).toEqual(["checkout-new"]);
        expect((await found("burgee flags serve checkout-new o")).toSorted()).toEqual(["off", "on"]);
      },
    );
});

describe("burgee complete", () => {
  let t: CliTest;
  beforeAll(async () => {
    t = await startCliTest();
    await t.run(["flags", "create", "checkout", "-e", "production", "--description", "The new pages: all of them"]);
    await t.run("flags create checkout-old -e production");
    await t.run("profiles set shop --url http://edge.test");
  });
  afterAll(() => t.close());

  const complete = async (...words: string[]) =>
    (await t.run(["complete", "bash", "--", ...words])).out.split("\n").slice(0, -1);

  test("suggests commands, subcommands and options, including global ones", async ({ expect }) => {
    expect(await complete("fl")).toEqual(["flags"]);
    expect(await complete("")).toContain("evaluate");
    expect(await complete("")).not.toContain("complete");
    expect(await complete("cache", "")).toEqual(["purge", "warm", "stats", "help"]);
    expect(await complete("cache", "purge", "--")).toEqual(
      expect.arrayContaining(["--flag", "--kind", "--pattern", "--all", "--environment", "--dry-run", "--json"]),
    );
    expect(await complete("nonsense", "x")).toEqual([]);
  });

  test("suggests choices, environments, profiles and keys of flags", async ({ expect }) => {
    expect(await complete("flags", "list", "--kind", "s")).toEqual(["switch", "sample"]);
    expect(await complete("completion", "")).toEqual(["bash", "zsh", "fish", "powershell"]);
    expect(await complete("flags", "list", "-e", "")).toEqual(["production"]);
    expect(await complete("copy", "--from", "pr")).toEqual(["production"]);
    expect(await complete("--profile", "")).toEqual(["shop"]);
    expect(await complete("profiles", "use", "s")).toEqual(["shop"]);
    expect(await complete("-e", "production", "flags", "get", "checkout-")).toEqual(["checkout-old"]);
    expect(await complete("flags", "disable", "checkout", "-e", "production", "checkout-")).toEqual(["checkout-old"]);
    expect(await complete("copy", "--from", "production", "--to", "staging", "check")).toHaveLength(2);
    expect(await complete("evaluate", "-e", "production", "checkout-o")).toEqual(["checkout-old"]);
  });

  test("suggests the systems whose flags can be imported", async ({ expect }) => {
    expect(await complete("import", "un")).toEqual(["unleash"]);
    expect(await complete("shadow", "flag")).toEqual(["flagd", "flagsmith"]);
    expect(await complete("shadow", "unleash", "fe")).toEqual([]);
    expect(await complete("shadow", "--con")).toEqual(["--contexts", "--concurrency"]);
  });

  test("suggests keys of all environments while none is given", async ({ expect }) => {
    expect(await complete("flags", "disable", "checkout-")).toEqual(["checkout-old"]);
    expect(await complete("flags", "rm", "checkout-")).toEqual(["checkout-old"]);
  });

  test("suggests the variants of the flag on the line", async ({ expect }) => {
    expect(await complete("flags", "serve", "checkout", "")).toEqual(["on", "off"]);
    expect(await complete("flags", "rollout", "checkout", "--to", "o")).toEqual(["on", "off"]);
    expect(await complete("flags", "rollout", "checkout", "-e", "production", "--rest", "of")).toEqual(["off"]);
    expect(await complete("flags", "rollout", "checkout", "--profile", "")).toEqual(["shop"]);
    expect(await complete("flags", "rollout", "--to", "")).toEqual([]);
    expect(await complete("tokens", "create", "--environments", "")).toEqual(["production"]);
  });

  test("finds a key beyond the first page", async ({ expect }) => {
    const flags = Array.from({ length: 201 }, (_, i) => ({
      key: `a-${i}`,
      type: "boolean",
      variants: { on: true, off: false },
      enabled: true,
      default: { variant: "off" },
    }));
    await t.call("POST", "/api/v1/environments/production/apply", { flags });
    expect(await complete("flags", "get", "checkout-")).toEqual(["checkout-old"]);
    expect(await complete("flags", "get", "-e", "production", "checkout-")).toEqual(["checkout-old"]);
  });

  test("adds descriptions if the shell shows them", async ({ expect }) => {
    const words = ["--", "flags", "get", "-e", "production", "checkout"];
    const zsh = await t.run(["complete", "zsh", ...words]);
    expect(zsh.out).toBe("checkout:The new pages: all of them\ncheckout-old\n");
    const fish = await t.run(["complete", "fish", ...words]);
    expect(fish.out).toBe("checkout\tThe new pages: all of them\ncheckout-old\n");
  });

  test("gives PowerShell the text for the line, the word and its description", async ({ expect }) => {
    const found = async (last: string) => {
      const { out } = await t.run(["complete", "powershell", "--", "flags", "disable", last]);
      return out.split("\n").slice(0, -1);
    };
    // The script marks the last word, because Windows PowerShell drops an empty one.
    expect(await found("=")).toEqual(await found(""));
    expect(await found("=check")).toEqual([
      "checkout\tcheckout\tThe new pages: all of them",
      "checkout-old\tcheckout-old\tcheckout-old",
    ]);
    for (const key of ["$(calc)", "it’s;rm", "a'b"]) await t.run(["flags", "create", key, "-e", "production"]);
    expect(await found("=$")).toEqual(["'$(calc)'\t$(calc)\t$(calc)"]);
    expect(await found("=it")).toEqual(["'it’’s;rm'\tit’s;rm\tit’s;rm"]);
    expect(await found("=a'")).toEqual(["'a''b'\ta'b\ta'b"]);
    const { out } = await t.run("completion powershell");
    expect(out).toContain("Register-ArgumentCompleter -Native -CommandName burgee");
    expect(out).toContain(`-split "\`t", 3`);
  });

  test("prints nothing if the deployment is unreachable", async ({ expect }) => {
    const env = { BURGEE_URL: "http://127.0.0.1:9", BURGEE_TOKEN: "none" };
    const fetch = globalThis.fetch;
    const none = await t.run(["complete", "bash", "--", "flags", "get", ""], { env, fetch });
    expect(none).toEqual({ code: 0, out: "", err: "", drawn: "" });
  });
});
