/** `burgee test`: tests of flags, without a deployment. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { main } from "../../../cli/main.ts";
import { processTerminal } from "../../../cli/terminal.ts";

const PROJECT = `
environments: [{ key: "production" }]
segments:
  production:
    staff: { name: "Staff", condition: { attribute: "email", operator: "ends_with", values: ["@shop.example.com"] } }
flags:
  - key: "checkout"
    type: "boolean"
    variants: { "on": true, "off": false }
    clientVisible: true
    environments:
      production:
        enabled: true
        offVariant: "off"
        rules:
          - { id: "staff", when: { segment: "staff" }, serve: { variant: "on" } }
          - { id: "dutch", when: { attribute: "request.country", operator: "in", values: ["NL"] }, serve: { variant: "on" } }
          - { id: "sale", when: { attribute: "targetingKey", operator: "exists" }, from: "2027-01-01T00:00:00Z", serve: { variant: "on" } }
        default:
          rollout:
            by: ["targetingKey"]
            salt: "checkout"
            hash: "murmur3-mulshift"
            weights: [["on", 25000], ["off", 75000]]
`;

let folder: string;
let printed: string;
let failed: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "burgee-test-"));
  await writeFile(join(folder, "flags.yaml"), PROJECT);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function run(tests: string, ...args: string[]): Promise<number> {
  printed = "";
  failed = "";
  await writeFile(join(folder, "flags.test.yaml"), tests);
  return main(["test", ...args], {
    ...processTerminal(),
    cwd: folder,
    fetch: () => Promise.reject(new Error("no deployment is asked")),
    print: (text) => void (printed += text),
    error: (text) => void (failed += text),
  });
}

const one = (fields: string) => `tests:\n  - { flag: "checkout", environment: "production", ${fields} }`;

test.for([
  ["a segment", 'context: { targetingKey: "u", email: "ada@shop.example.com" }, expect: "on"'],
  ["an attribute of the request", 'context: { targetingKey: "u" }, request: { country: "NL" }, expect: "on"'],
  ["an instant", 'now: "2027-06-01T00:00:00Z", context: { targetingKey: "u" }, expect: "on"'],
  ["a value", 'now: "2026-06-01T00:00:00Z", context: { targetingKey: "user-1" }, value: false'],
  ["shares within their bounds", 'now: "2026-06-01T00:00:00Z", shares: { "on": [24, 26], "off": [74, 76] }'],
])("%s decides the variant as in the worker", async ([, fields = ""]) => {
  expect([await run(one(fields)), printed]).toEqual([0, "1 test: 1 passed, 0 failed"]);
});

test.for([
  [
    'context: { targetingKey: "u", email: "ada@shop.example.com" }, expect: "off"',
    "FAILED  checkout in production: expected off, got on (TARGETING_MATCH, rule staff)",
  ],
  [
    'now: "2027-06-01T00:00:00Z", context: { targetingKey: "u" }, value: "on"',
    'expected the value "on", got true (on (TARGETING_MATCH, rule sale))',
  ],
  ['now: "2026-06-01T00:00:00Z", shares: { "on": [49, 51] }', "on has 24.11%, not 49% to 51%"],
  ['now: "2026-06-01T00:00:00Z", shares: { "on": [24, 26] }', "off has 75.89%, and is not listed in shares"],
])("a test that does not hold says what came instead: %s", async ([fields = "", message]) => {
  expect(await run(one(fields))).toBe(3);
  expect(printed).toContain(message);
  expect(printed).toContain("1 test: 0 passed, 1 failed");
});

test("the value of an object is compared whatever the order of its fields", async () => {
  const layout = `  - { key: layout, type: object, variants: { wide: { columns: 3, gap: { x: 1, y: 2 } } },
      environments: { production: { enabled: true, offVariant: null, default: { variant: wide } } } }\n`;
  await writeFile(join(folder, "flags.yaml"), PROJECT + layout);
  const valued = (value: string) => `tests: [{ flag: layout, environment: production, value: ${value} }]`;
  expect(await run(valued("{ gap: { y: 2, x: 1 }, columns: 3 }"))).toBe(0);
  expect(await run(valued("{ gap: { y: 1, x: 2 }, columns: 3 }"))).toBe(3);
});

test.for(["constructor", "prototype"])("an attribute and a variant may have the name %s", async (name) => {
  const flag = `  - { key: odd, type: boolean, variants: { ${name}: true, "off": false },
      environments: { production: { enabled: true, offVariant: "off", default: { variant: "off" }, rules: [
        { id: "one", when: { attribute: ${name}, operator: equals, values: [ "a" ] }, serve: { variant: ${name} } } ] } } }\n`;
  await writeFile(join(folder, "flags.yaml"), PROJECT + flag);
  const odd = `flag: odd, environment: production, context: { ${name}: a }`;
  expect(await run(`tests: [{ ${odd}, expect: ${name} }, { ${odd}, shares: { ${name}: [ 100, 100 ] } }]`)).toBe(0);
  expect(await run(`tests: [{ ${odd}, shares: { ${name}: [ 0, 99 ] } }]`)).toBe(3);
});

test.for(["31 Jan 2027 09:00", "1/2/2027", "1"])(
  "the instant %s, which depends on the computer, is refused",
  async (now) => {
    expect(await run(one(`expect: "on", now: "${now}"`))).toBe(2);
    expect(failed).toContain("/tests/0/now: must be an instant, such as 2027-01-31T09:00:00Z (line 2)");
  },
);

test("an error of the flag can be expected by its code", async () => {
  const unknown = 'tests: [{ flag: "chekout", environment: "production", error: "FLAG_NOT_FOUND" }]';
  expect(await run(unknown)).toBe(0);
});

test("--json prints every outcome", async () => {
  await run(one('name: "staff", expect: "off", request: { country: "NL" }'), "--json");
  expect(JSON.parse(printed)).toEqual([
    {
      name: "staff",
      flag: "checkout",
      environment: "production",
      passed: false,
      problem: "expected off, got on (TARGETING_MATCH, rule dutch)",
    },
  ]);
});

describe("mistakes", () => {
  test.for([
    ["tests: []", "/tests: Invalid length: Expected >=1 but received 0 (line 1)"],
    [one('expct: "on"'), "/tests/0"],
    [one('expect: "on", value: true'), "must have exactly one of expect, value, error and shares (line 2)"],
    [one('expect: "on", now: "soon"'), "/tests/0/now: must be an instant, such as 2027-01-31T09:00:00Z (line 2)"],
    [
      'tests: [{ flag: "checkout", environment: "live", expect: "on" }]',
      "flags.yaml has no environment live (it has production)",
    ],
  ])("%s is refused with its place", async ([tests = "", message]) => {
    expect(await run(tests)).toBe(2);
    expect(failed).toContain(message);
  });
});
