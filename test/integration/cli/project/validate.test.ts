import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type CliTest, startCliTest } from "../harness.ts";

const example = await readFile(new URL("../../../../examples/project.yaml", import.meta.url), "utf8");

const WRONG = `environments:
  - key: production
  - key: staging
segments:
  production:
    staff:
      condition: { attribute: email, operator: ends }
flags:
  - key: banner
    type: boolean
    variants: { "on": true, "off": false }
    environments:
      production:
        enabled: maybe
        default: { variant: "off" }
        rules:
          - id: one
            when: { segment: staff }
            serve: { variant: onn }
`;

const REFERENCES = `environments: [{ key: production }]
flags:
  - key: a
    type: boolean
    variants: { "on": true, "off": false }
    environments:
      production:
        enabled: true
        default: { variant: "off" }
        prerequisites: [{ flag: b, variants: ["on", "maybe"] }]
        rules: [{ id: r, when: { segment: elsewhere }, serve: { variant: "on" } }]
  - key: b
    type: boolean
    variants: { "on": true, "off": false }
    environments:
      production:
        enabled: true
        default: { variant: "off" }
        rules: [{ id: r, when: { flag: a, variants: ["on"] }, serve: { variant: "on" } }]
`;

describe("burgee validate", () => {
  let t: CliTest;
  const offline = { env: {}, fetch: () => Promise.reject(new Error("nothing may be sent")) };
  beforeAll(async () => {
    t = await startCliTest();
    await t.write("right.yaml", example);
    await t.write("wrong.yaml", WRONG);
    await t.write("references.yaml", REFERENCES);
    await t.write("structure.yaml", "environments:\n  - key: production\n  - key: NO\nflags: []\n");
  });
  afterAll(() => t.close());

  test("accepts a valid file without a deployment", async ({ expect }) => {
    const ran = await t.run("validate right.yaml", offline);
    expect(ran).toMatchObject({
      code: 0,
      err: "",
      out: expect.stringMatching(/^right\.yaml: no mistakes in \d+ flags/),
    });
    expect((await t.run("validate right.yaml --json", offline)).json).toMatchObject([
      { file: "right.yaml", missing: [] },
    ]);
  });

  test("lists every mistake with its line, as diff and apply do", async ({ expect }) => {
    for (const line of ["validate wrong.yaml", "diff wrong.yaml", "apply wrong.yaml"]) {
      const ran = await t.run(line, line.startsWith("validate") ? offline : {});
      expect([ran.code, ran.out], line).toEqual([2, ""]);
      for (const [place, number] of [
        ["segment staff in production, /condition", 7],
        ["flag banner in production, /enabled", 14],
      ] as const) {
        expect(ran.err, line).toMatch(new RegExp(`${place}.* \\(line ${number}\\)`));
      }
    }
    const structure = await t.run("validate structure.yaml", offline);
    expect(structure.err).toMatch(/\/environments\/1\/key must be .* \(line 3\)/);
  });

  test("finds references to variants that do not exist, and cycles", async ({ expect }) => {
    const { err, code } = await t.run("validate references.yaml right.yaml", offline);
    expect(code).toBe(2);
    expect(err).toContain("names variants that flag b does not have: maybe");
    expect(err).toContain("flag b in production, /rules/0/when/flag refers back to itself through flag a");
  });

  test("names the references that must exist in the deployment", async ({ expect }) => {
    await t.write("part.yaml", REFERENCES.replace(', "maybe"', "").replace("flag: a, variants", "flag: c, variants"));
    const { out, code } = await t.run("validate part.yaml", offline);
    expect(code).toBe(0);
    expect(out).toContain("names segment elsewhere, which must exist in the deployment");
    expect(out).toContain("names flag c, which must exist in the deployment");
  });

  test("diff --format patch and markdown begin lines with - and +", async ({ expect }) => {
    await t.run("apply right.yaml --create-environments");
    const key = "checkout-redesign";
    await t.run(`flags set ${key} -e production --description changed`);
    await t.run("flags create only-here -e production");
    const patch = await t.run("diff right.yaml -e production --prune --format patch");
    expect(patch.code).toBe(3);
    expect(patch.out).toMatch(/^@@ production at version \d+: 1 to update, 1 to delete @@$/m);
    expect(patch.out).toMatch(new RegExp(`^ {2}flag ${key}$`, "m"));
    expect(patch.out).toMatch(/^- {3}Description: “changed”$/m);
    expect(patch.out).toMatch(/^\+ {3}Description: /m);
    expect(patch.out).toMatch(/^- flag only-here$/m);
    const markdown = await t.run("diff right.yaml -e production --prune --format markdown");
    expect(markdown.out).toMatch(/^### production at version \d+: 1 to update, 1 to delete\n\n```diff\n/);
    expect(markdown.out.trimEnd().endsWith("```")).toBe(true);
  });

  test("an export writes the fields of conditions in the order in which people read them", async ({ expect }) => {
    const { out } = await t.run("export");
    const conditions = [...out.matchAll(/\{ (\w+): [^{}]*operator: [^{}]*\}/g)];
    expect(conditions.length).toBeGreaterThan(3);
    for (const [text, first] of conditions) expect(first, text).toBe("attribute");
    for (const [text] of out.matchAll(/\{[^{}]*values:[^{}]*\}/g)) expect(text).toMatch(/operator: .*values:/);
  });
});
