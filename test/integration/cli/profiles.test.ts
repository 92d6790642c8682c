import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { type CliTest, type Ran, startCliTest } from "./harness.ts";

const CONFIG = "burgee.yaml";

describe("burgee profiles", () => {
  let t: CliTest;
  /** Where the last command asked, and with which token. */
  let asked: { origin: string; token: string | undefined; path: string } | undefined;

  beforeAll(async () => {
    t = await startCliTest();
    await t.write("token.txt", `${t.project.adminToken}\n`);
  });
  afterAll(() => t.close());
  beforeEach(() => t.write(CONFIG, ""));

  /** Without the variables of other tests. */
  const run = (line: string, env: Record<string, string> = {}): Promise<Ran> => {
    asked = undefined;
    return t.run(line, {
      env: { BURGEE_CONFIG: join(t.folder, CONFIG), ...env },
      fetch: async (url, init) => {
        const { origin, pathname, search } = new URL(new Request(url).url);
        const token = new Headers(init?.headers).get("authorization")?.slice("Bearer ".length);
        asked = { origin, token, path: pathname };
        return t.isolate.fetch(pathname + search, init);
      },
    });
  };
  const setShop = () => run("profiles set shop --url https://shop.example --token-variable SHOP_TOKEN -e production");

  test("name a deployment, whose token stays where it is", async ({ expect }) => {
    expect(await setShop()).toMatchObject({
      code: 0,
      err: "",
      out: `profile shop: written to ${join(t.folder, CONFIG)}\n`,
    });
    const text = await t.read(CONFIG);
    expect(text).toContain("tokenVariable: SHOP_TOKEN");
    expect(text).not.toContain("bga_");
    expect((await stat(join(t.folder, CONFIG))).mode & 0o777).toBe(0o600);
    const listed = await run("flags list", { SHOP_TOKEN: t.project.adminToken });
    expect(listed.code).toBe(0);
    expect(asked).toEqual({
      origin: "https://shop.example",
      token: t.project.adminToken,
      path: "/api/v1/environments/production/flags",
    });
  });

  test("are made in a folder of their own where there is none, for the user alone", async ({ expect }) => {
    const env = { BURGEE_CONFIG: "", XDG_CONFIG_HOME: join(t.folder, "new") };
    const made = await t.run("profiles set shop --url https://shop.example", {
      env: { XDG_CONFIG_HOME: env.XDG_CONFIG_HOME },
    });
    expect(made.code).toBe(0);
    expect((await stat(join(t.folder, "new/burgee"))).mode & 0o777).toBe(0o700);
    expect((await stat(join(t.folder, "new/burgee/config.yaml"))).mode & 0o777).toBe(0o600);
  });

  test("options go before variables, variables before profiles, and those before .burgee/dev.json", async ({
    expect,
  }) => {
    await mkdir(join(t.folder, ".burgee"), { recursive: true });
    await t.write(".burgee/dev.json", JSON.stringify({ url: "http://dev.example", adminToken: t.project.adminToken }));
    await run("env list");
    expect(asked).toMatchObject({ origin: "http://dev.example", token: t.project.adminToken });
    // Whoever wrote that file chose where it leads: a token that is meant for another deployment does not go there.
    await run("env list", { BURGEE_TOKEN: "of-another" });
    expect(asked).toMatchObject({ origin: "http://dev.example", token: t.project.adminToken });
    await setShop();
    await run("profiles set other --url https://other.example --token-file token.txt");
    await run("env list");
    expect(asked).toMatchObject({ origin: "https://shop.example", token: undefined });
    await run("env list", { BURGEE_PROFILE: "other" });
    expect(asked).toMatchObject({ origin: "https://other.example", token: t.project.adminToken });
    await run("env list --profile shop", { BURGEE_PROFILE: "other", SHOP_TOKEN: "one" });
    expect(asked).toMatchObject({ origin: "https://shop.example", token: "one" });
    await run("env list", { BURGEE_TOKEN: "two", SHOP_TOKEN: "one" });
    expect(asked?.token).toBe("two");
    const variables = { BURGEE_URL: "https://variable.example", BURGEE_TOKEN: "two" };
    await run("env list --profile shop", { ...variables, SHOP_TOKEN: "one" });
    expect(asked).toMatchObject({ origin: "https://shop.example", token: "one" });
    await run("env list --profile shop", variables);
    expect(asked).toMatchObject({ origin: "https://shop.example", token: undefined });
    await run("env list", { BURGEE_URL: "https://variable.example", BURGEE_TOKEN_FILE: "token.txt" });
    expect(asked).toMatchObject({ origin: "https://variable.example", token: t.project.adminToken });
    await run("env list --url https://option.example", { BURGEE_URL: "https://variable.example" });
    expect(asked?.origin).toBe("https://option.example");
    await run("flags list", { BURGEE_ENVIRONMENT: "staging" });
    expect(asked?.path).toBe("/api/v1/environments/staging/flags");
    await run("flags list -e preview", { BURGEE_ENVIRONMENT: "staging" });
    expect(asked?.path).toBe("/api/v1/environments/preview/flags");
  });

  test("a token of a profile goes to its deployment alone", async ({ expect }) => {
    await setShop();
    await run("env list --url https://elsewhere.example", { SHOP_TOKEN: "secret" });
    expect(asked).toMatchObject({ origin: "https://elsewhere.example", token: undefined });
  });

  test("are listed, chosen and removed; comments in the file stay", async ({ expect }) => {
    await t.write(CONFIG, "# Mine.\nprofiles:\n  old:\n    url: https://old.example # the first one\n");
    await setShop();
    expect((await run("profiles list")).out).toMatch(
      /^ +NAME +URL +ENVIRONMENT +TOKEN FROM\n +old .*\n\* +shop .*\$SHOP_TOKEN\n$/,
    );
    expect((await run("profiles list --json")).json).toEqual([
      { name: "old", isDefault: false, url: "https://old.example" },
      {
        name: "shop",
        isDefault: true,
        url: "https://shop.example",
        tokenVariable: "SHOP_TOKEN",
        environment: "production",
      },
    ]);
    await run("profiles use old");
    await run("env list");
    expect(asked?.origin).toBe("https://old.example");
    expect((await run("profiles remove shop --dry-run")).out).toContain("would be written");
    expect((await run("profiles list")).out).toContain("shop");
    await run("profiles remove shop");
    expect(await t.read(CONFIG)).toBe(
      "# Mine.\nprofiles:\n  old:\n    url: https://old.example # the first one\ndefault: old\n",
    );
    await run("profiles remove old");
    expect((await run("profiles list --json")).json).toEqual([]);
  });

  test.for([
    ["profiles set shop", "give the URL of the deployment"],
    ["profiles set shop --url nowhere", "must be like https://flags.example.com"],
    ["profiles set shop --url https://x.example --token-variable A --token-file b", "give one of"],
    ["profiles set shop --url https://x.example --token-variable a-b", "must be a name of letters, digits and _"],
    ["profiles set shop --url https://x.example --token-file bga_write_x", "not the token itself"],
    ["profiles use nobody", "there is no profile nobody; there are: none"],
    ["profiles remove toString", "there is no profile toString"],
    ["env list --profile toString", "there is no profile toString"],
    ["env list", "which deployment? Set BURGEE_URL and BURGEE_TOKEN"],
  ])("%s is refused: %s", async ([line = "", message = ""], { expect }) => {
    const env = { BURGEE_DIR: join(t.folder, "nowhere") };
    expect(await run(line, env)).toMatchObject({ code: 2, out: "", err: expect.stringContaining(message) });
  });

  test("a file that is no file of profiles is named", async ({ expect }) => {
    for (const text of ["a: [", "[1, 2]", "profiles: 3"]) {
      await t.write(CONFIG, text);
      expect(await run("env list"), text).toMatchObject({ code: 2, err: expect.stringContaining(CONFIG) });
    }
    await t.write(CONFIG, "profiles: { shop: { url: https://x.example, tokenFile: gone.txt } }\ndefault: shop\n");
    expect((await run("env list")).err).toContain("tokenFile: there is no file");
  });
});
