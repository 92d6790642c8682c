import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { type CliTest, type Ran, startCliTest } from "./harness.ts";

const CONFIG = "burgee.yaml";

describe("burgee profiles", () => {
  let t: CliTest;
  /** The last request: its origin, path and token. */
  let requested: { origin: string; token: string | undefined; path: string } | undefined;

  beforeAll(async () => {
    t = await startCliTest();
    await t.write("token.txt", `${t.project.adminToken}\n`);
  });
  afterAll(() => t.close());
  beforeEach(() => t.write(CONFIG, ""));

  /** Runs a command without the variables of other tests. */
  const run = (line: string, env: Record<string, string> = {}): Promise<Ran> => {
    requested = undefined;
    return t.run(line, {
      env: { BURGEE_CONFIG: join(t.folder, CONFIG), ...env },
      fetch: async (url, init) => {
        const { origin, pathname, search } = new URL(new Request(url).url);
        const token = new Headers(init?.headers).get("authorization")?.slice("Bearer ".length);
        requested = { origin, token, path: pathname };
        return t.isolate.fetch(pathname + search, init);
      },
    });
  };
  const setShop = () => run("profiles set shop --url https://shop.example --token-variable SHOP_TOKEN -e production");

  test("name a deployment without containing its token", async ({ expect }) => {
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
    expect(requested).toEqual({
      origin: "https://shop.example",
      token: t.project.adminToken,
      path: "/api/v1/environments/production/flags",
    });
  });

  test("are created in a new folder that only the user can read", async ({ expect }) => {
    const env = { BURGEE_CONFIG: "", XDG_CONFIG_HOME: join(t.folder, "new") };
    const made = await t.run("profiles set shop --url https://shop.example", {
      env: { XDG_CONFIG_HOME: env.XDG_CONFIG_HOME },
    });
    expect(made.code).toBe(0);
    expect((await stat(join(t.folder, "new/burgee"))).mode & 0o777).toBe(0o700);
    expect((await stat(join(t.folder, "new/burgee/config.yaml"))).mode & 0o777).toBe(0o600);
  });

  test("come after options and variables, and before .burgee/dev.json", async ({ expect }) => {
    await mkdir(join(t.folder, ".burgee"), { recursive: true });
    await t.write(".burgee/dev.json", JSON.stringify({ url: "http://dev.example", adminToken: t.project.adminToken }));
    await run("env list");
    expect(requested).toMatchObject({ origin: "http://dev.example", token: t.project.adminToken });
    // The author of that file chose the URL, so a token for another deployment must not be sent there.
    await run("env list", { BURGEE_TOKEN: "of-another" });
    expect(requested).toMatchObject({ origin: "http://dev.example", token: t.project.adminToken });
    await setShop();
    await run("profiles set other --url https://other.example --token-file token.txt");
    await run("env list", { SHOP_TOKEN: "one" });
    expect(requested).toMatchObject({ origin: "https://shop.example", token: "one" });
    await run("env list", { BURGEE_PROFILE: "other" });
    expect(requested).toMatchObject({ origin: "https://other.example", token: t.project.adminToken });
    await run("env list --profile shop", { BURGEE_PROFILE: "other", SHOP_TOKEN: "one" });
    expect(requested).toMatchObject({ origin: "https://shop.example", token: "one" });
    await run("env list", { BURGEE_TOKEN: "two", SHOP_TOKEN: "one" });
    expect(requested?.token).toBe("two");
    const variables = { BURGEE_URL: "https://variable.example", BURGEE_TOKEN: "two" };
    await run("env list --profile shop", { ...variables, SHOP_TOKEN: "one" });
    expect(requested).toMatchObject({ origin: "https://shop.example", token: "one" });
    expect(await run("env list --profile shop", variables)).toMatchObject({
      code: 2,
      err: "burgee: profile shop: the variable SHOP_TOKEN is not set\n",
    });
    expect([requested]).toEqual([undefined]);
    await run("env list", { BURGEE_URL: "https://variable.example", BURGEE_TOKEN_FILE: "token.txt" });
    expect(requested).toMatchObject({ origin: "https://variable.example", token: t.project.adminToken });
    await run("env list --url https://option.example", { BURGEE_URL: "https://variable.example" });
    expect(requested).toMatchObject({ origin: "https://option.example" });
    await run("flags list", { BURGEE_ENVIRONMENT: "staging", SHOP_TOKEN: "one" });
    expect(requested).toMatchObject({ path: "/api/v1/environments/staging/flags" });
    await run("flags list -e preview", { BURGEE_ENVIRONMENT: "staging", SHOP_TOKEN: "one" });
    expect(requested).toMatchObject({ path: "/api/v1/environments/preview/flags" });
  });

  test("send their token only to their own deployment", async ({ expect }) => {
    await setShop();
    await run("env list --url https://elsewhere.example", { SHOP_TOKEN: "secret" });
    expect(requested).toMatchObject({ origin: "https://elsewhere.example", token: undefined });
  });

  test("are listed, chosen and removed without losing comments in the file", async ({ expect }) => {
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
    expect(requested?.origin).toBe("https://old.example");
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
    ["profiles set shop", "--url is missing; give the URL of the deployment"],
    ["profiles set shop --url nowhere", "must look like https://flags.example.com"],
    [
      "profiles set shop --url https://x.example --token-variable A --token-file b",
      "use either --token-variable or --token-file",
    ],
    ["profiles set shop --url https://x.example --token-variable a-b", "must be a name of letters, digits and _"],
    ["profiles set shop --url https://x.example --token-file bga_write_x", "not the token itself"],
    ["profiles use nobody", "profile nobody does not exist (known: none)"],
    ["profiles remove toString", "profile toString does not exist"],
    ["env list --profile toString", "profile toString does not exist"],
    ["env list", "no deployment given; set BURGEE_URL and BURGEE_TOKEN"],
  ])("%s is refused: %s", async ([line = "", message = ""], { expect }) => {
    const env = { BURGEE_DIR: join(t.folder, "nowhere") };
    expect(await run(line, env)).toMatchObject({ code: 2, out: "", err: expect.stringContaining(message) });
  });

  test.for([
    ["shop: 5", 'profile shop must be a map with "url"'],
    ["shop: null", 'profile shop must be a map with "url"'],
    ["shop: { url: 5 }", "url of profile shop must be text"],
    ["shop: { url: https://x.example, tokenFile: 5 }", "tokenFile of profile shop must be text"],
    ["shop: { url: https://x.example, headerVariables: [ a ] }", "headerVariables of profile shop must be a map"],
  ])("are refused by the name of the field: %s", async ([profile, message], { expect }) => {
    await t.write(CONFIG, `profiles: { ${profile} }`);
    for (const line of ["profiles list", "env list --profile shop"])
      expect(await run(line)).toMatchObject({ code: 2, err: expect.stringContaining(message!) });
    expect((await run("profiles remove shop")).code).toBe(0);
  });

  test("have names that are not empty and not __proto__, which no object keeps", async ({ expect }) => {
    for (const name of ["", "__proto__"]) {
      const ran = await t.run(["profiles", "set", name, "--url", "https://x.example"], {
        env: { BURGEE_CONFIG: join(t.folder, CONFIG) },
      });
      expect(ran).toMatchObject({ code: 2, err: expect.stringContaining("the name of a profile must not be") });
    }
    expect(await t.read(CONFIG)).toBe("");
  });

  test("are refused with the name of the file if it is malformed", async ({ expect }) => {
    for (const text of ["a: [", "[1, 2]", "profiles: 3"]) {
      await t.write(CONFIG, text);
      expect(await run("env list"), text).toMatchObject({ code: 2, err: expect.stringContaining(CONFIG) });
    }
    await t.write(CONFIG, "profiles: { shop: { url: https://x.example, tokenFile: gone.txt } }\ndefault: shop\n");
    expect((await run("env list")).err).toContain("tokenFile: file ");
  });
});

describe("headers of a profile", () => {
  let t: CliTest;
  let requests: Request[] = [];
  const line =
    "profiles set shop --url https://shop.example --token-variable SHOP_TOKEN --header-variable CF-Access-Client-Id=ID CF-Access-Client-Secret=SECRET";
  const env = { SHOP_TOKEN: "bga_write_x", ID: "client.access", SECRET: "very-secret-value" };
  const fetch: typeof globalThis.fetch = async (url, init) => {
    requests.push(new Request(url, init));
    return Response.json({ title: "very-secret-value client.access" }, { status: 403 });
  };
  beforeAll(async () => {
    t = await startCliTest();
    expectCode(await t.run(line, { env: {} }), 0);
  });
  beforeEach(() => void (requests = []));
  afterAll(() => t.close());

  function expectCode(ran: { code: number }, code: number): void {
    if (ran.code !== code) throw new Error(JSON.stringify(ran));
  }

  test("are sent to the profile's own address, and are never printed", async ({ expect }) => {
    for (const args of ["env list", "env list --json", "env list --profile shop"]) {
      const ran = await t.run(args, { env, fetch });
      expect(ran.out + ran.err).not.toMatch(/very-secret|client\.access/);
    }
    expect(
      requests.map(({ headers }) => [headers.get("cf-access-client-id"), headers.get("cf-access-client-secret")]),
    ).toEqual([1, 2, 3].map(() => ["client.access", "very-secret-value"]));
  });

  test("are not sent to another address", async ({ expect }) => {
    await t.run("env list --url https://other.example", { env, fetch });
    await t.run("env list", { env: { ...env, BURGEE_URL: "https://other.example" }, fetch });
    expect(requests.map(({ headers }) => headers.has("cf-access-client-secret"))).toEqual([false, false]);
  });

  test("whose variable is not set or cannot be a header end the command before it sends anything", async ({
    expect,
  }) => {
    const { SECRET: _, ...rest } = env;
    expect(await t.run("env list", { env: rest, fetch })).toMatchObject({
      code: 2,
      err: "burgee: profile shop: the variable SECRET is not set\n",
    });
    const odd = await t.run("env list", { env: { ...env, SECRET: "very-secret-value\nx: y" }, fetch });
    expect(odd).toMatchObject({
      code: 2,
      err: "burgee: profile shop: the value of the variable SECRET cannot be a header\n",
    });
    expect(requests).toEqual([]);
  });

  test("cannot replace the headers of the client, and a value is not repeated", async ({ expect }) => {
    for (const text of ["Authorization=ID", "host=ID", "X-Key=very secret", "very-secret-value", "X=bga_write_x-y"]) {
      const ran = await t.run(["profiles", "set", "x", "--url", "https://x.example", "--header-variable", text], {
        env,
      });
      expect(ran.code, text).toBe(2);
      expect(ran.err).not.toContain("very secret");
    }
  });
});
