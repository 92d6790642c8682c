import { afterAll, beforeAll, describe, test } from "vitest";
import { addIds } from "../../../src/flags/hashes/hashed-leaf.ts";
import { type CliTest, startCliTest } from "./harness.ts";

const project = (leaf: string, segment = leaf) => `
environments: [{ key: production }]
segments:
  production:
    adults: { name: Adults, condition: { not: ${segment} } }
flags:
  - key: careful
    kind: flag
    type: boolean
    variants: { "on": true, "off": false }
    environments:
      production:
        enabled: true
        offVariant: "off"
        rules:
          - id: r
            when: ${leaf}
            serve: { variant: "on" }
        default: { variant: "off" }
`;
const AGE = '{ attribute: age, operator: lt, values: [18], missing: "unknown", invalid: true }';
const VERSION =
  '{ attribute: app, operator: semver_gte, values: ["1.18"], missing: true, invalid: "unknown", read: version-extended }';

/** 5,000 hashes of eight bytes. */
const MANY = addIds(
  { attribute: "a", operator: "in", read: { sha256: "salt" } },
  Array.from({ length: 5000 }, (_, i) => String(i)),
).leaf.packed?.hashes;

describe("the conditions of a project file", () => {
  let t: CliTest;
  beforeAll(async () => {
    t = await startCliTest();
    await t.write("project.yaml", project(VERSION, AGE));
  });
  afterAll(() => t.close());

  test("keep missing, invalid and read from apply to export, without a difference", async ({ expect }) => {
    expect((await t.run("apply project.yaml")).code).toBe(0);
    expect((await t.run("diff project.yaml")).code).toBe(0);
    const { body } = await t.call("GET", "/api/v1/environments/production/flags/careful");
    expect(body.rules[0].when).toEqual({
      attribute: "app",
      operator: "semver_gte",
      values: ["1.18"],
      missing: true,
      invalid: "unknown",
      read: "version-extended",
    });
    const exported = (await t.run("export")).out;
    expect(exported).toContain("invalid: unknown");
    expect(exported).toContain("read: version-extended");
    await t.write("exported.yaml", exported);
    expect((await t.run("diff exported.yaml")).code).toBe(0);
  });

  test.for([
    ["text as bound", "operator: lt, values: [m]"],
    ["each", 'operator: ends_with, values: ["@acme.com"], each: true'],
    ["a named reader", "read: number-comma, each: true, operator: between, values: [0.5, 1.5]"],
    ["modulo", "read: { modulo: 0.5 }, operator: equals, values: [0]"],
    ["age", "read: { age: weeks }, operator: gte, values: [-2]"],
    ["sha256", `read: { sha256: salt, first: 3 }, operator: in, values: ["${"0a".repeat(32)}"]`],
    ["packed hashes", `read: { sha256: salt }, operator: in, packed: { width: 8, hashes: "${MANY}" }`],
    ["one packed hash", 'read: { sha256: salt }, operator: in, packed: { width: 8, hashes: "-1234567890" }'],
  ])("keep %s from apply to export, without a difference", async ([, leaf], { expect }) => {
    await t.write("reading.yaml", project(`{ attribute: a, ${leaf} }`));
    expect((await t.run("apply reading.yaml")).err).toBe("");
    expect((await t.run("diff reading.yaml")).code).toBe(0);
    await t.write("exported.yaml", (await t.run("export")).out);
    expect((await t.run("diff exported.yaml")).code).toBe(0);
    expect((await t.run("apply exported.yaml")).code).toBe(0);
    await t.run("apply project.yaml");
  });

  test("show a difference in each of the three", async ({ expect }) => {
    await t.write("changed.yaml", project(VERSION.replace("extended", "loose"), AGE.replace("true", "false")));
    const { code, out } = await t.run("diff changed.yaml");
    expect(code).toBe(3);
    expect(out).toContain("(read as version-loose)");
    expect(out).toContain(
      "age is not below 18 (unknown if missing, false if not comparable) → age is not below 18 (unknown if missing)",
    );
  });

  test("show another list of packed hashes by its number only", async ({ expect }) => {
    const packed = (hashes = "") =>
      `{ attribute: a, read: { sha256: s }, operator: in, packed: { width: 8, hashes: "${hashes}" } }`;
    await t.write("packed.yaml", project(packed("-1234567890")));
    await t.run("apply packed.yaml");
    await t.write("packed.yaml", project(packed(MANY)));
    for (const command of ["diff packed.yaml", "diff packed.yaml --format patch", "apply packed.yaml --dry-run"]) {
      const { out } = await t.run(command);
      expect(out).toContain("is one of 1 hash");
      expect(out).toContain("is one of 5,000 hashes");
      expect(out.length).toBeLessThan(2000);
    }
    await t.run("apply project.yaml");
  });

  test("are refused before anything is sent if they contain an empty text", async ({ expect }) => {
    const blank = '{ attribute: email, operator: contains, values: ["@acme.com", ""] }';
    await t.write("blank.yaml", project(blank, AGE));
    const { code, err } = await t.run("apply blank.yaml");
    expect(code).toBe(2);
    expect(err).toContain("/rules/0/when/values/1");
    expect(err).toContain("use exists");
    await t.write("blank-segment.yaml", project(VERSION, blank));
    expect((await t.run("apply blank-segment.yaml")).err).toContain("/condition/not/values/1");
  });
});
