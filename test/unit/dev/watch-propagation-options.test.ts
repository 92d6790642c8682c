import { describe, test } from "vitest";
import type { DevFile } from "../../../dev/session/files.ts";
import { parseWatchOptions } from "../../../dev/propagation/options.ts";

const token = (kind: "a" | "c" | "s", scope: string) =>
  `bg${kind}_${scope}_AAAAAAAAAAAA_${"B".repeat(24)}_${"0".repeat(32)}`;
const ADMIN = token("a", "write");
const KEY = token("s", "staging");
const URL = "https://flags.example.com";
const env = { BURGEE_ADMIN_TOKEN: ADMIN, BURGEE_KEY: KEY };
const local: DevFile = {
  url: "http://127.0.0.1:8787",
  adminToken: token("a", "write"),
  environments: {
    production: { clientKey: token("c", "production"), serverKey: token("s", "production") },
    staging: { clientKey: token("c", "staging"), serverKey: token("s", "staging") },
  },
  endpoints: { upstash: "http://127.0.0.1:1", neon: "http://127.0.0.1:2" },
};

describe("options of watch:propagation", () => {
  test("come from arguments and environment variables, otherwise from defaults", ({ expect }) => {
    const options = parseWatchOptions(["--url", URL, "--changes", "7", "--json"], { env, devFile: undefined });
    expect(options).toEqual({
      url: URL,
      adminToken: ADMIN,
      sdkKey: KEY,
      environment: "staging",
      flag: "burgee-propagation-probe",
      changes: 7,
      intervalMs: 2500,
      timeoutMs: 30_000,
      samplers: 4,
      pauseMs: 50,
      isKept: false,
      isJson: true,
    });
  });

  test("come from dev.json if --url is missing or names that deployment", ({ expect }) => {
    for (const args of [[], ["--url", local.url], ["--url", `${local.url}/`]]) {
      const options = parseWatchOptions(args, { env: {}, devFile: local });
      expect(options, args.join()).toMatchObject({ url: local.url, environment: "staging", sdkKey: KEY });
    }
    const production = parseWatchOptions(["--environment", "production", "--yes"], { env: {}, devFile: local });
    expect(production?.sdkKey).toBe(local.environments["production"]?.serverKey);
  });

  test("do not include the keys of a local project for another deployment", ({ expect }) => {
    const given = { env: {}, devFile: local };
    expect(() => parseWatchOptions(["--url", URL], given)).toThrow("BURGEE_ADMIN_TOKEN is not set");
    const admin = { env: { BURGEE_ADMIN_TOKEN: ADMIN }, devFile: local };
    expect(() => parseWatchOptions(["--url", URL], admin)).toThrow("BURGEE_KEY is not set");
  });

  test("are not needed with --help", ({ expect }) => {
    expect(parseWatchOptions(["--help"], { env: {}, devFile: undefined })).toBeUndefined();
    expect(parseWatchOptions(["-h"], { env: {}, devFile: undefined })).toBeUndefined();
  });

  test.for<[string, string[], string, Record<string, string>?]>([
    ["no URL", [], "--url is missing", env],
    ["text that is not a URL", ["--url", "flags"], "--url takes the URL of a deployment"],
    ["a path", ["--url", `${URL}/ofrep`], "without a path"],
    ["another protocol", ["--url", "ftp://flags.example.com"], "--url takes the URL"],
    ["unencrypted keys", ["--url", "http://flags.example.com"], "must begin with https"],
    ["a password", ["--url", "https://a:b@flags.example.com"], "no user and no password"],
    ["text that is not a number", ["--url", URL, "--changes", "many"], "--changes takes a whole number from 1 to 1000"],
    ["too many changes", ["--url", URL, "--changes", "1001"], "--changes takes a whole number from 1 to 1000"],
    ["zero changes", ["--url", URL, "--changes", "0"], "--changes takes"],
    ["a fraction", ["--url", URL, "--samplers", "1.5"], "--samplers takes a whole number from 1 to 50"],
    ["an interval too short", ["--url", URL, "--interval", "10"], "--interval takes a whole number from 200"],
    ["a pause too short", ["--url", URL, "--pause", "1"], "--pause takes a whole number from 5"],
    ["a timeout too long", ["--url", URL, "--timeout", "999999"], "--timeout takes a whole number from 1000"],
    ["too many requests", ["--url", URL, "--changes", "1000", "--samplers", "50"], "at most 500,000 are allowed"],
    ["an unknown option", ["--url", URL, "--force"], "Unknown option '--force'"],
    ["an invalid flag key", ["--url", URL, "--flag", "a flag"], "--flag takes the key of a flag"],
    [
      "another environment than the key's",
      ["--url", URL, "--environment", "qa"],
      'BURGEE_KEY belongs to the environment "staging"',
    ],
    ["an invalid environment", ["--url", URL, "--environment", "Q A"], "--environment takes the key of an environment"],
    ["production", ["--url", URL], "Add --yes", { ...env, BURGEE_KEY: token("s", "production") }],
    [
      "an SDK key for an admin token",
      ["--url", URL],
      "BURGEE_ADMIN_TOKEN is not an admin token",
      { ...env, BURGEE_ADMIN_TOKEN: KEY },
    ],
    [
      "an admin token for an SDK key",
      ["--url", URL],
      "BURGEE_KEY is not a client key or server key",
      { ...env, BURGEE_KEY: ADMIN },
    ],
  ])("with %s are refused by name", ([, args, message, given = env], { expect }) => {
    expect(() => parseWatchOptions(args, { env: given, devFile: undefined })).toThrow(message);
  });

  test("name the known environments if the local project does not have the given one", ({ expect }) => {
    const parse = () => parseWatchOptions(["--environment", "qa"], { env: {}, devFile: local });
    expect(parse).toThrow("--environment must be one of production, staging");
  });

  test("refuse a key on the command line without repeating it", ({ expect }) => {
    for (const args of [[ADMIN], ["--token", ADMIN], [`--${ADMIN}`]]) {
      const message = messageOf(() => parseWatchOptions(args, { env, devFile: undefined }));
      expect(message).not.toBe("");
      expect(message).not.toContain("B".repeat(24));
    }
  });

  function messageOf(run: () => unknown): string {
    try {
      run();
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  }
});
