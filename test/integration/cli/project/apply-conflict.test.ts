import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { type CliTest, startCliTest } from "../harness.ts";

/** Two environments that share the flag `theme`; `variants` and `served` are those of the file. */
const project = (variants: string, served: string, description = "Colours") => `
environments:
  - { key: production, name: Production }
  - { key: staging, name: Staging }
flags:
  - key: theme
    type: string
    description: ${description}
    variants: ${variants}
    environments:
      production: { enabled: true, default: { variant: ${served} } }
      staging: { enabled: true, default: { variant: ${served} } }
`;

describe("burgee apply during other writes", () => {
  let t: CliTest;
  beforeAll(async () => {
    t = await startCliTest();
    await t.run("env create staging --name Staging");
  });
  afterAll(() => t.close());
  beforeEach(async () => {
    await t.write("theme.yaml", project("{ light: l, dark: d }", "light"));
    await t.run("apply theme.yaml --prune");
  });

  /** Runs apply, with `meanwhile` between its reads and its write to `environment`. */
  const applyWith = (environment: string, meanwhile: () => Promise<unknown>, line = "apply theme.yaml --json") => {
    let isDone = false;
    return t.run(line, {
      fetch: async (url, init) => {
        const request = new Request(url, init);
        const { pathname, search } = new URL(request.url);
        if (!isDone && request.method === "POST" && pathname.includes(`/${environment}/apply`)) {
          isDone = true;
          await meanwhile();
        }
        const response = await t.isolate.fetch(pathname + search, init);
        await t.isolate.settled();
        return response;
      },
    });
  };
  const someoneElse = (environment: string) => () => t.run(`flags create other -e ${environment} --default on`);
  const states = (json: { environments: { state: string }[] }) => json.environments.map(({ state }) => state);

  test("is refused with exit code 4 and keeps the other change", async ({ expect }) => {
    await t.write("theme.yaml", project("{ light: l, dark: d }", "dark"));
    const ran = await applyWith("production", someoneElse("production"));
    expect(ran.code).toBe(4);
    expect(states(ran.json)).toEqual(["failed", "not tried"]);
    expect(JSON.parse(ran.err).error).toMatchObject({ status: 412, exitCode: 4 });
    expect((await t.evaluate("theme")).body.value).toBe("l");
    expect((await t.evaluate("other")).body.value).toBe(true);
    expect((await t.run("apply theme.yaml")).code).toBe(0);
    expect((await t.evaluate("theme")).body.value).toBe("d");
  });

  test("lists the written environments if a later one is refused", async ({ expect }) => {
    await t.write("theme.yaml", project("{ light: l, dark: d }", "dark"));
    const { code, json } = await applyWith("staging", someoneElse("staging"));
    expect(code).toBe(4);
    expect(json.environments).toEqual([
      expect.objectContaining({ environment: "production", state: "applied", changes: 1 }),
      { environment: "staging", state: "failed", changes: expect.any(Number) },
    ]);
    expect((await t.evaluate("theme")).body.value).toBe("d");
    const text = await t.run("apply theme.yaml");
    expect(text.out).toMatch(
      /^production: nothing to change at version \d+\nstaging: 1 written as version \d+, published\n$/,
    );
  });

  test("notices a change of another environment between two writes", async ({ expect }) => {
    await t.write("theme.yaml", project("{ light: l, dark: d }", "dark"));
    const { code, json, err } = await applyWith("production", someoneElse("staging"));
    expect(code).toBe(4);
    expect(states(json)).toEqual(["applied", "failed"]);
    expect(err).toContain("staging was changed by someone else (/flags/other)");
  });

  test("does not conflict with its own write of a shared definition", async ({ expect }) => {
    await t.write("theme.yaml", project("{ light: l, dark: d }", "light", "Other words"));
    const { code, json } = await t.run("apply theme.yaml --json");
    expect(code).toBe(0);
    expect(states(json)).toEqual(["applied", "unchanged"]);
    expect((await t.run("flags get theme -e staging")).json.description).toBe("Other words");
  });

  test("replaces a variant that every environment serves", async ({ expect }) => {
    await t.write("theme.yaml", project("{ day: d1, night: n1 }", "day"));
    expect(await t.run("apply theme.yaml")).toMatchObject({ code: 0, err: "" });
    expect((await t.evaluate("theme")).body).toMatchObject({ value: "d1", variant: "day" });
    expect((await t.run("flags get theme -e staging")).json.variants).toEqual({ day: "d1", night: "n1" });
    expect((await t.run("diff theme.yaml --prune")).code).toBe(0);
  });

  test("exits with 5 and says that the result is unknown if the response is lost", async ({ expect }) => {
    await t.write("theme.yaml", project("{ light: l, dark: d }", "dark"));
    const lost = await applyWith("production", () => Promise.reject(new Error("connection reset")));
    expect(lost).toMatchObject({ code: 5 });
    expect(lost.err).toContain("the change may have been made");
  });

  test("names the flag that the worker refuses, and writes nothing of its environment", async ({ expect }) => {
    const rule = "rules: [{ id: r, when: { segment: nobody }, serve: { variant: dark } }], default: { variant: dark }";
    await t.write("theme.yaml", project("{ light: l, dark: d }", "dark").replace("default: { variant: dark }", rule));
    const refused = await t.run("apply theme.yaml");
    expect(refused).toMatchObject({ code: 1, out: "production: not written\nstaging: not tried\n" });
    expect(refused.err).toMatch(/flag theme \/rules\/0\/when\S* segment "nobody" does not exist/);
    expect((await t.evaluate("theme")).body.value).toBe("l");
  });

  /** Runs export. A flag is created during each of the first `times` lists of flags. */
  let made = 0;
  const exportWhile = (times: number) => {
    const end = made + times;
    return t.run("export -e production --json", {
      fetch: async (url, init) => {
        const { pathname, search } = new URL(new Request(url).url);
        const body = await t.isolate.fetch(pathname + search, init);
        if (pathname.endsWith("/flags") && made < end) await t.run(`flags create busy-${made++} -e production`);
        return body;
      },
    });
  };

  test("reads one version for an export, or gives up if writes never stop", async ({ expect }) => {
    const keys = (json: { flags: { key: string }[] }) => json.flags.map(({ key }) => key);
    expect(keys((await exportWhile(2)).json)).toEqual(["busy-0", "busy-1", "theme"]);
    const never = await exportWhile(1000);
    expect(never).toMatchObject({ code: 4, out: "" });
    expect(never.err).toContain("production kept changing while it was read; try again later");
  });
});
