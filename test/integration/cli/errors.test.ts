import type { Command } from "commander";
import { afterAll, beforeAll, describe, test } from "vitest";
import { createProgram } from "../../../cli/program.ts";
import { processTerminal } from "../../../cli/terminal.ts";
import { aToken } from "../management/client.ts";
import { type CliTest, startCliTest } from "./harness.ts";

const URL_OF_TEST = "http://edge.test";

describe("errors of burgee", () => {
  let t: CliTest;
  beforeAll(async () => {
    t = await startCliTest();
    await t.run("flags create search -e production --default on");
  });
  afterAll(() => t.close());

  test.for([
    ["flags list", "no environment given; use --environment or set BURGEE_ENVIRONMENT"],
    ["flags list --kind nonsense -e production", "allowed choices are flag, switch, sample"],
    ["flags nonsense", "unknown command 'nonsense'"],
    ["flags lst", '(did you mean "list"'],
    ["flags get", "missing required argument 'key'"],
    ["flags set search -e production", "nothing to change; use --file or an option"],
    [
      "flags set search -e production --if-version one --default on",
      "--if-version <version>' argument 'one' is invalid: it must be a whole number from 1",
    ],
    [
      "flags set search -e production --rollout on=30,off=60",
      "the shares must add up to 100%, but these add up to 90%",
    ],
    ["flags set search -e production --rollout on", "it must be shares in percent, such as on=25,off=75"],
    [
      "flags set search -e production --rollout on=25,off=75 --default on",
      "use either --default or --rollout, not both",
    ],
    ["flags set search -e production --by plan", "--by needs --rollout"],
    ["flags set search -e production --file nowhere.json", "file nowhere.json does not exist"],
    ["flags set search -e production --file - --owner me", "do not combine it with other options"],
    ["flags create size -e production --type integer", "needs variants, for example --variant small=10 large=50"],
    ["flags create size -e production --type integer --variant a=1", "choose the variant to serve (a) with --default"],
    [
      "flags create size -e production --type integer --variant a=1.5 --default a",
      "--variant a must be of type integer, for example a=12, not 1.5",
    ],
    ["flags create size -e production --type color", "allowed choices are boolean, string, integer, float, object"],
    ["flags create draws -e production --kind sample", "a sample needs the shares of its variants"],
    ["flags create a -e production --variant on", "it must look like small=10"],
    ["audit list -e production --limit 500", "it must be a whole number from 1 to 200"],
    [
      "audit list -e production --entity thing",
      "allowed choices are flag, configuration, segment, key, environment, webhook",
    ],
    ["audit restore first -e production", "it must be a whole number from 1"],
    ["cache stats -e production --watch --count 0", "it must be a whole number from 1"],
    ["cache stats -e production --watch --interval soon", "it must be a whole number from 1 to 3600"],
    ["keys create -e production --kind admin", "allowed choices are client, server"],
    ["evaluate search -e production -a plan", "it must look like plan=pro"],
    ["env list --url ftp://x", "--url must look like https://flags.example.com"],
    ["env list --url https://me:secret@flags.example.com", "must not contain a user name or password"],
    ["env list --profile nobody", "profile nobody does not exist"],
    ["diff nowhere.yaml", "file nowhere.yaml does not exist"],
    ["diff .", "cannot be read"],
    ["completion tcsh", "allowed choices are bash, zsh, fish, powershell"],
  ])("%s: %s", async ([line = "", message = ""], { expect }) => {
    const env = line.includes("--profile") ? {} : { BURGEE_URL: URL_OF_TEST, BURGEE_TOKEN: t.project.adminToken };
    const ran = await t.run(line, { env });
    expect(ran).toMatchObject({ code: 2, out: "" });
    expect(ran.err).toContain(message);
    expect(ran.err).not.toMatch(/\n\s+at /);
  });

  test.for([
    ["two lines", "bga_write_first\nbga_write_second"],
    ["two words", "TOKEN bga_write_first"],
    ["empty", ""],
    ["not a valid header", "bga_write_…"],
  ])("a token that is %s is refused without being shown, and nothing is sent", async ([, token = ""], { expect }) => {
    const fetch = () => Promise.reject(new Error("nothing may be sent"));
    await t.write("token", token);
    for (const env of [{ BURGEE_TOKEN: token }, { BURGEE_TOKEN_FILE: "token" }]) {
      const ran = await t.run("env list", { env: { BURGEE_URL: URL_OF_TEST, ...env }, fetch });
      expect(ran).toMatchObject({ code: 2, out: "" });
      expect(ran.err).toContain("the token must be one word");
      expect(ran.err).not.toContain("first");
    }
  });

  test("refuses a document that is not an object or holds another flag, before sending anything", async ({
    expect,
  }) => {
    const args = "flags set search -e production -f -";
    const fetch = () => Promise.reject(new Error("nothing may be sent"));
    expect((await t.run(args, { input: "[1]", fetch })).err).toContain("the standard input must contain one object");
    expect((await t.run(args, { input: "a: [", fetch })).err).toContain("is neither JSON nor YAML");
    expect((await t.run(args, { input: "key: other", fetch })).err).toContain('contains the flag "other", not search');
  });

  test("exits with 1 and names each field if the deployment refuses", async ({ expect }) => {
    const refused = await t.run("flags create x -e production -f -", { input: '{"type":"bool","enabled":1}' });
    expect(refused).toMatchObject({ code: 1, out: "" });
    expect(refused.err).toContain("(422)\n  /type must be one of boolean, string, integer, float, object, json\n");
    expect(refused.err).toMatch(/\n {2}request \S+\n$/);
    expect(await t.run("flags list -e nowhere")).toMatchObject({ code: 1, err: expect.stringContaining("(404)") });
  });

  test("prints errors as JSON with --json", async ({ expect }) => {
    const { code, out, err } = await t.run("flags get nobody -e production --json");
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(JSON.parse(err)).toEqual({
      error: { message: expect.any(String), exitCode: 1, status: 404, requestId: expect.any(String) },
    });
    expect(JSON.parse((await t.run("flags list --json")).err)).toEqual({
      error: { message: "no environment given; use --environment or set BURGEE_ENVIRONMENT", exitCode: 2 },
    });
  });

  test("exits with 1 and says what to do for a missing, wrong or read-only token", async ({ expect }) => {
    const none = await t.run("env list", { env: { BURGEE_URL: URL_OF_TEST } });
    expect(none).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        /^burgee: set BURGEE_TOKEN to an admin token of this deployment, or see `burgee profiles --help`/,
      ),
    });
    const wrong = await t.run("env list", { env: { BURGEE_URL: URL_OF_TEST, BURGEE_TOKEN: "bga_write_no" } });
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining("(401)") });
    const { token } = await aToken(t.project, "admin", "read");
    const env = { BURGEE_URL: URL_OF_TEST, BURGEE_TOKEN: token };
    expect((await t.run("flags list -e production", { env })).code).toBe(0);
    expect(await t.run("flags disable search -e production", { env })).toMatchObject({
      code: 1,
      err: expect.stringContaining("(403)"),
    });
  });

  test("exits with 5 if the deployment is unreachable or is not Burgee", async ({ expect }) => {
    const env = { BURGEE_URL: "http://127.0.0.1:9", BURGEE_TOKEN: t.project.adminToken };
    const nowhere = await t.run("env list", { env, fetch: globalThis.fetch });
    expect(nowhere).toEqual({
      code: 5,
      out: "",
      err: "burgee: http://127.0.0.1:9 cannot be reached: bad port\n",
      drawn: "",
    });
    const other = await t.run("env list", { fetch: async () => new Response("<html>", { status: 502 }) });
    expect(other).toMatchObject({ code: 5, err: expect.stringContaining("a body that is not from Burgee") });
  });

  test("never shows an admin token, wherever it appears", async ({ expect }) => {
    const token = t.project.adminToken;
    const lines = [
      `env list --token=${token}`,
      `env list ${token}`,
      `flags get ${token} -e production`,
      `flags list -e ${token}`,
      `flags create ${token} -e production --description ${token}`,
      `diff ${token}.yaml`,
      `env list --url ${token}`,
      `env list --profile ${token}`,
      `profiles set shop --url ${URL_OF_TEST} --token-variable ${token}`,
      `profiles set shop --url ${URL_OF_TEST} --token-file ${token}`,
      `evaluate search -e production -t ${token}`,
      token,
      "env list",
      "profiles list",
    ];
    for (const line of lines.flatMap((one) => [one, `${one} --json`])) {
      // Once with another token in use, and once with this one.
      const others = await t.run(line, { env: { BURGEE_URL: URL_OF_TEST, BURGEE_TOKEN: "bga_write_other" } });
      const own = await t.run(line);
      const shown = own.out + own.err + others.out + others.err;
      for (const part of [token, token.split("_")[3] ?? ""])
        expect(shown, line.replace(token, "…")).not.toContain(part);
    }
    const secret = "some-other-secret";
    const { err } = await t.run(`flags get ${secret} -e production`, {
      env: { BURGEE_URL: URL_OF_TEST, BURGEE_TOKEN: secret },
    });
    expect(err).not.toContain(secret);
  });

  test("prints no colours", async ({ expect }) => {
    const env = { BURGEE_URL: URL_OF_TEST, BURGEE_TOKEN: t.project.adminToken, FORCE_COLOR: "1" };
    for (const line of ["flags list -e production", "--help", "flags get", "cache stats -e production", "env list"]) {
      const { out, err } = await t.run(line, { env });
      expect(out + err, line).not.toContain("\u001B");
    }
  });
});

describe("burgee --help", () => {
  const leaves = (command: Command): Command[] =>
    command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);

  test("describes every command, with examples that use only existing options", ({ expect }) => {
    const written: string[] = [];
    const program = createProgram({ ...processTerminal(), write: (text) => void written.push(text) });
    const shown = leaves(program).filter((command) => command.name() !== "complete");
    expect(shown.length).toBeGreaterThan(30);
    for (const command of shown) {
      written.length = 0;
      command.outputHelp();
      const names = [];
      for (let one: Command | null = command; one?.parent != null; one = one.parent) names.unshift(one.name());
      const name = names.join(" ");
      expect(command.description(), name).not.toBe("");
      const examples = [...written.join("").matchAll(/^ {2}\$ (.*)$/gm)].map(([, line]) => line ?? "");
      expect(examples.length, `examples of ${name}`).toBeGreaterThan(0);
      const known = new Set([...command.options, ...program.options].flatMap(({ short, long }) => [short, long]));
      for (const example of examples) {
        expect(example, name).toContain(`burgee ${name}`);
        for (const [option] of example.matchAll(/(?<= )--?[a-z][\w-]*/g))
          expect(known, `${option} of ${name}`).toContain(option);
      }
    }
  });
});
