import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, test } from "vitest";
import { countPacked, pack } from "../../../src/flags/hashes/packed-hashes.ts";
import { startIsolate } from "../../support/app.ts";
import { aFlagBody, FLAGS, type ManagementTest, send, startManagementTest } from "./client.ts";

const SEGMENTS = "/api/v1/environments/production/segments";
const COUNT = 5000;
const SALT = "0123456789abcdef0123456789abcdef";
const emailOf = (i: number): string => `user-${i}@example.com`;
const packedOf = (count: number, width = 8) =>
  pack(
    Array.from({ length: count }, (_, i) =>
      createHash("sha256")
        .update(`${emailOf(i)}${SALT}`)
        .digest(),
    ),
    width,
  );
const hashed = (count: number) => ({
  attribute: "email",
  operator: "in",
  read: { sha256: SALT },
  packed: packedOf(count),
});

describe("a segment with 5,000 packed hashes", () => {
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
    await t.call("PUT", `${SEGMENTS}/invited`, { condition: hashed(COUNT) });
    const rules = [{ id: "invited", when: { segment: "invited" }, serve: { variant: "on" } }];
    await t.call("POST", FLAGS, aFlagBody("for-invited", { rules, default: { variant: "off" } }));
  });
  afterAll(() => t.close());

  const isOnFor = async (email: unknown) =>
    (await t.evaluate("for-invited", { targetingKey: "u", email })).body.value as boolean;

  test("lets exactly its members in over OFREP", async ({ expect }) => {
    for (const i of [0, 1, COUNT / 2, COUNT - 1]) expect(await isOnFor(emailOf(i))).toBe(true);
    for (const email of [emailOf(COUNT), emailOf(0).toUpperCase(), "", 7, null])
      expect(await isOnFor(email)).toBe(false);
  });

  test("costs no round trip in a warm isolate, and a cold one does not ask Postgres", async ({ expect }) => {
    await isOnFor(emailOf(0));
    t.project.resetStats();
    for (let i = 0; i < 50; i++) expect(await isOnFor(emailOf(i))).toBe(true);
    expect(t.project.roundTrips()).toEqual({ l2: 0, l3: 0 });
    const cold = startIsolate(t.project.bindings, t.clock);
    const found = await send(cold, t.project.serverKey, "POST", "/ofrep/v1/evaluate/flags/for-invited", {
      context: { targetingKey: "u", email: emailOf(7) },
    });
    expect(found.body).toMatchObject({ value: true, reason: "TARGETING_MATCH" });
    expect(t.project.roundTrips()).toMatchObject({ l3: 0 });
  });

  test("is read back as it was written, and can be written back", async ({ expect }) => {
    const { body } = await t.call("GET", `${SEGMENTS}/invited`);
    expect(body.condition).toEqual(hashed(COUNT));
    expect(JSON.stringify(body).length).toBeLessThan(54_000);
    const again = await t.call("PUT", `${SEGMENTS}/invited`, body);
    expect(again).toMatchObject({ status: 200, body: { segment: { version: body.version } } });
  });

  test("is explained by its number of hashes", async ({ expect }) => {
    const { body } = await t.call("POST", `${FLAGS}/for-invited/explain`, {
      context: { targetingKey: "u", email: emailOf(3) },
    });
    expect(body.rules[0].when).toMatchObject({
      result: true,
      condition: { attribute: "email", hashes: COUNT, read: { sha256: SALT }, isPresent: true },
    });
    expect(JSON.stringify(body).length).toBeLessThan(2000);
  });

  test("is in the list of segments and in the audit", async ({ expect }) => {
    const list = await t.call("GET", SEGMENTS);
    expect(countPacked(list.body.items[0].condition.packed)).toBe(COUNT);
    const audit = await t.call("GET", "/api/v1/audit?entity=segment");
    expect(audit.body.items[0].after.condition.packed).toEqual(packedOf(COUNT));
  });

  test("replaces values by packed hashes in one merge patch", async ({ expect }) => {
    const values = [
      createHash("sha256")
        .update(`${emailOf(0)}${SALT}`)
        .digest("hex"),
    ];
    await t.call("PUT", `${SEGMENTS}/listed`, { condition: { ...hashed(1), packed: undefined, values } });
    const patched = await t.call("PATCH", `${SEGMENTS}/listed`, { condition: { values: null, packed: packedOf(2) } });
    expect(patched).toMatchObject({ status: 200, body: { segment: { condition: hashed(2) } } });
    expect(patched.body.segment.condition).not.toHaveProperty("values");
  });

  test("points at damaged hashes", async ({ expect }) => {
    const { hashes, width } = packedOf(2);
    const cut = { ...hashed(2), packed: { width, hashes: hashes.slice(0, -4) } };
    const refused = await t.call("PUT", `${SEGMENTS}/damaged`, { condition: cut });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: "/condition/packed/hashes" }] } });
  });
});
