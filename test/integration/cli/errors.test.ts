import type { Command } from "commander";
import { afterAll, beforeAll, describe, test } from "vitest";
import { createProgram } from "../../../cli/program.ts";
import { processTerminal } from "../../../cli/terminal.ts";
import { aToken } from "../management/client.ts";
import { type CliTest, startCliTest } from "./harness.ts";

const URL_OF_TEST = "http://edge.test";

describe("what burgee says when it cannot", () => {
  let t: CliTest;
  beforeAll(async () => {
    t = await startCliTest();
    await t.run("flags create search -e production --default on");
  });
  afterAll(() => t.close());

  test.for([
    ["flags list", "which environment? Give --environment, or set BURGEE_ENVIRONMENT"],
    ["flags list --kind nonsense -e production", "Allowed choices are flag, switch, sample."],
    ["flags nonsense", "unknown command 'nonsense'"],
    ["flags lst", "Did you mean list?"],
    ["flags get", "missing required argument 'key'"],
    ["flags set search -e production", "give --file, or an option of what is to change"],
    ["flags set search -e production --if-version one --default on", "--if-version <version>' argument 'one' is invalid. It must be a whole number from 1."], // prettier-ignore
    ["flags set search -e production --rollout on=30,off=60", "The shares must add up to 100 %; these are 90 %."],
    ["flags set search -e production --rollout on", "It must be shares in percent, as on=25,off=75"],
    ["flags set search -e production --rollout on=25,off=75 --default on", "give one of --default and --rollout"],
    ["flags set search -e production --by plan", "--by goes with --rollout"],
    ["flags set search -e production --file nowhere.json", "there is no file nowhere.json"],
    ["flags set search -e production --file - --owner me", "give no other options with --file"],
    ["flags create size -e production --type integer", "needs its variants: --variant small=10 large=50"],
    ["flags create size -e production --type integer --variant a=1", "say which of a is served: --default a"],
    ["flags create size -e production --type integer --variant a=1.5 --default a", "--variant a must be of type integer, as a=12; it is 1.5"], // prettier-ignore
    ["flags create size -e production --type color", "Allowed choices are boolean, string, integer, float, object."],
    ["flags create draws -e production --kind sample", "a sample needs the share of calls that it draws"],
    ["flags create a -e production --variant on", "It must be like small=10."],
    ["audit list -e production --limit 500", "It must be a whole number from 1 to 200."],
    ["audit list -e production --entity thing", "Allowed choices are flag, configuration, segment, key, environment."],
    ["audit restore first -e production", "It must be a whole number from 1."],
    ["cache stats -e production --watch --count 0", "It must be a whole number from 1."],
    ["cache stats -e production --watch --interval soon", "It must be a whole number from 1 to 3600."],
    ["keys create -e production --kind admin", "Allowed choices are client, server."],
    ["evaluate search -e production -a plan", "it must be like plan=pro"],
    ["env list --url ftp://x", "must be like https://flags.example.com, not ftp://x"],
    ["env list --url https://me:secret@flags.example.com", "must hold no password"],
    ["env list --profile nobody", "there is no profile nobody"],
    ["diff nowhere.yaml", "there is no file nowhere.yaml"],
    ["diff .", "cannot be read"],
    ["completion powershell", "Allowed choices are bash, zsh, fish."],
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
    ["nothing", ""],
    ["what no header can hold", "bga_write_…"],
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

  test("a document that is no object, or another flag, is refused before anything is sent", async ({ expect }) => {
    const args = "flags set search -e production -f -";
    const fetch = () => Promise.reject(new Error("nothing may be sent"));
    expect((await t.run(args, { input: "[1]", fetch })).err).toContain("the standard input must hold one object");
    expect((await t.run(args, { input: "a: [", fetch })).err).toContain("is neither JSON nor YAML");
    expect((await t.run(args, { input: "key: other", fetch })).err).toContain('holds the flag "other", not search');
  });

  test("what the deployment refuses ends in 1, and names each field", async ({ expect }) => {
    const refused = await t.run("flags create x -e production -f -", { input: '{"type":"bool","enabled":1}' });
    expect(refused).toMatchObject({ code: 1, out: "" });
    expect(refused.err).toContain("(422)\n  /type must be one of boolean, string, integer, float, object\n");
    expect(refused.err).toMatch(/\n {2}request \S+\n$/);
    expect(await t.run("flags list -e nowhere")).toMatchObject({ code: 1, err: expect.stringContaining("(404)") });
  });

  test("with --json an error is JSON, too", async ({ expect }) => {
    const { code, out, err } = await t.run("flags get nobody -e production --json");
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(JSON.parse(err)).toEqual({
      error: { message: expect.any(String), exitCode: 1, status: 404, requestId: expect.any(String) },
    });
    expect(JSON.parse((await t.run("flags list --json")).err)).toEqual({
      error: { message: "which environment? Give --environment, or set BURGEE_ENVIRONMENT", exitCode: 2 },
    });
  });

  test("no token, a wrong one, or one that may only read: 1, and what to do", async ({ expect }) => {
    const none = await t.run("env list", { env: { BURGEE_URL: URL_OF_TEST } });
    expect(none).toMatchObject({
      code: 1,
      err: expect.stringContaining("set BURGEE_TOKEN, or see `burgee profiles --help`"),
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

  test("a deployment that gives no answer, or somebody else's: 5", async ({ expect }) => {
    const env = { BURGEE_URL: "http://127.0.0.1:9", BURGEE_TOKEN: t.project.adminToken };
    const nowhere = await t.run("env list", { env, fetch: globalThis.fetch });
    expect(nowhere).toEqual({ code: 5, out: "", err: "burgee: http://127.0.0.1:9 cannot be reached\n", drawn: "" });
    const other = await t.run("env list", { fetch: async () => new Response("<html>", { status: 502 }) });
    expect(other).toMatchObject({ code: 5, err: expect.stringContaining("a body that is not from Burgee") });
  });

  test("no admin token is ever shown, wherever it was put", async ({ expect }) => {
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
      // As the token in use, and as one that only stands there.
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

  test("nothing that is printed has colours in it", async ({ expect }) => {
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

  test("tells what every command does, with examples that name it and nothing that does not exist", ({ expect }) => {
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
