import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { aFlagBody, type ManagementTest, startManagementTest } from "../client.ts";

const ENVIRONMENTS = ["production", "staging", "dev"];

/** A flag whose results depend on its salts. */
const split = (key: string, salt: string) => ({
  ...aFlagBody(key),
  description: "An experiment",
  tags: ["web"],
  owner: "growth",
  fallback: false,
  metadata: { ticket: "T1" },
  default: {
    rollout: {
      salt,
      weights: [
        ["on", 50_000],
        ["off", 50_000],
      ],
    },
  },
  rules: [
    {
      id: "beta",
      when: { attribute: "plan", operator: "in", values: ["pro"] },
      serve: {
        rollout: {
          salt: `${salt}-rule`,
          weights: [
            ["on", 20_000],
            ["off", 80_000],
          ],
        },
      },
    },
  ],
});

describe("restoring a deleted flag", () => {
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
    for (const key of ["staging", "dev"]) await t.call("POST", "/api/v1/environments", { key });
  });
  afterAll(() => t.close());

  const path = (environment: string, key: string) => `/api/v1/environments/${environment}/flags/${key}`;
  const read = async (key: string) => {
    const { createdAt: _, updatedAt: __, ...definition } = (await t.call("GET", `/api/v1/flags/${key}`)).body;
    const environments = Object.entries<{ version: number }>(definition.environments).map(
      ([environment, { version: _version, ...configuration }]) => [environment, configuration],
    );
    return { ...definition, environments: Object.fromEntries(environments) };
  };
  const changes = async (key: string, query = "") =>
    (await t.call("GET", `/api/v1/audit?key=${key}&limit=100${query}`)).body.items;
  const restore = (id: number, environment = "production", image = "before") =>
    t.call("POST", `/api/v1/environments/${environment}/audit/${id}/restore`, { image });
  const versions = async () => {
    const { items } = (await t.call("GET", "/api/v1/environments")).body;
    return Object.fromEntries(items.map(({ key, version }: { key: string; version: number }) => [key, version]));
  };
  const buckets = async (key: string) => {
    const values = [];
    for (let i = 0; i < 40; i++) values.push((await t.evaluate(key, { targetingKey: `user-${i}` })).body.value);
    return values;
  };

  test("brings it back everywhere, with its salts, in one transaction that is purged", async () => {
    for (const [i, environment] of ENVIRONMENTS.entries())
      await t.call("PUT", path(environment, "f"), { ...split("f", `salt-${i}`), enabled: i !== 1, offVariant: null });
    // The definition is shared, and each configuration has its own salt.
    const [before, values] = [await read("f"), await buckets("f")];
    expect(new Set(values).size).toBe(2);
    await t.call("DELETE", "/api/v1/flags/f");
    expect((await t.evaluate("f")).status).toBe(404);
    const [deletion] = await changes("f", "&entity=flag");
    const earlier = await versions();

    const { status, body } = await restore(deletion.id);
    expect(status).toBe(200);
    expect(await read("f")).toEqual(before);
    expect(await buckets("f")).toEqual(values);
    const expected = Object.fromEntries(ENVIRONMENTS.map((key) => [key, { version: earlier[key] + 1 }]));
    expect(body.environments).toMatchObject(expected);
    expect(body.environments.staging.published.redis).toBe(true);
    const rows = (await changes("f")).slice(0, 4);
    expect(rows.map(({ action }: { action: string }) => action)).toEqual(Array.from({ length: 4 }, () => "create"));
    expect(new Set(rows.map(({ at }: { at: string }) => at)).size).toBe(1);
  });

  test.each([
    ["the definition's", "flag"],
    ["the configuration's", "configuration"],
  ])("works where the last configuration went, from %s change", async (_which, entity) => {
    const key = `last-${entity}`;
    await t.call("PUT", path("staging", key), split(key, "salt"));
    const before = await read(key);
    await t.call("DELETE", path("staging", key));
    expect((await t.call("GET", `/api/v1/flags/${key}`)).status).toBe(404);
    const [deletion] = await changes(key, `&entity=${entity}`);
    expect((await restore(deletion.id, "staging")).status).toBe(200);
    expect(await read(key)).toEqual(before);
  });

  test("a configuration that was deleted earlier comes back alone, with the definition", async () => {
    await t.call("PUT", path("production", "early"), split("early", "p"));
    await t.call("PUT", path("staging", "early"), split("early", "s"));
    const before = await read("early");
    await t.call("DELETE", path("production", "early"));
    const [inProduction] = await changes("early", "&entity=configuration");
    await t.call("DELETE", path("staging", "early"));
    expect((await restore(inProduction.id)).status).toBe(200);
    expect(await read("early")).toEqual({ ...before, environments: { production: before.environments.production } });
  });

  test("another change of a deleted flag names the change to restore first", async () => {
    await t.call("PUT", path("production", "edited"), split("edited", "p"));
    await t.call("PATCH", "/api/v1/flags/edited", { description: "Second" });
    const [edit] = await changes("edited", "&entity=flag");
    await t.call("DELETE", "/api/v1/flags/edited");
    const [deletion] = await changes("edited", "&entity=flag");
    const { status, body } = await restore(edit.id);
    expect({ status, detail: body.detail }).toEqual({
      status: 409,
      detail: `flag "edited" was deleted by change ${deletion.id}; restore that change first`,
    });
  });

  test("is refused if a flag of that key exists again, and changes nothing", async () => {
    await t.call("PUT", path("production", "again"), split("again", "old"));
    await t.call("DELETE", "/api/v1/flags/again");
    const [deletion] = await changes("again", "&entity=flag");
    await t.call("PUT", path("staging", "again"), split("again", "new"));
    const [before, earlier] = [await read("again"), await versions()];
    const { status, body } = await restore(deletion.id);
    expect(status).toBe(409);
    expect(body.detail).toContain('flag "again" exists again');
    expect(await read("again")).toEqual(before);
    expect(await versions()).toEqual(earlier);
  });

  test("leaves out environments that were deleted as well", async () => {
    await t.call("POST", "/api/v1/environments", { key: "preview" });
    await t.call("PUT", path("preview", "left"), split("left", "p"));
    await t.call("PUT", path("dev", "left"), split("left", "d"));
    const before = await read("left");
    await t.call("DELETE", "/api/v1/flags/left");
    const [deletion] = await changes("left", "&entity=flag");
    await t.call("DELETE", "/api/v1/environments/preview?confirm=preview");
    expect((await restore(deletion.id)).status).toBe(200);
    expect(await read("left")).toEqual({ ...before, environments: { dev: before.environments.dev } });
  });

  test("is refused with the reason if it refers to something that is gone, and changes nothing", async () => {
    await t.call("PUT", "/api/v1/environments/production/segments/paying", {
      condition: { attribute: "plan", operator: "in", values: ["pro"] },
    });
    const rules = [{ id: "paying", when: { segment: "paying" }, serve: { variant: "on" } }];
    await t.call("PUT", path("production", "refers"), { ...split("refers", "p"), rules });
    await t.call("DELETE", "/api/v1/flags/refers");
    await t.call("DELETE", "/api/v1/environments/production/segments/paying");
    const [deletion] = await changes("refers", "&entity=flag");
    const { status, body } = await restore(deletion.id);
    expect(status).toBe(422);
    expect(body.errors).toEqual([{ pointer: "/rules/0/when/segment", detail: expect.stringContaining('"paying"') }]);
    expect((await t.call("GET", "/api/v1/flags/refers")).status).toBe(404);
  });
});
