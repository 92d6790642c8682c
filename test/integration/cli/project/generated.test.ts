import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type CliTest, startCliTest } from "../harness.ts";

const example = await readFile(new URL("../../../../examples/project.yaml", import.meta.url), "utf8");

describe("burgee types", () => {
  let t: CliTest;
  const offline = { env: {}, fetch: () => Promise.reject(new Error("nothing may be sent")) };
  beforeAll(async () => {
    t = await startCliTest();
    await t.write("project.yaml", example);
    await t.run("apply project.yaml --create-environments");
  });
  afterAll(() => t.close());

  test("a project file and the deployment give the same file", async ({ expect }) => {
    const ran = await t.run("types project.yaml --out offline.ts", offline);
    expect([ran.code, ran.err]).toEqual([0, ""]);
    expect(ran.out).toMatch(/^wrote \d+ flags to offline\.ts$/m);
    expect((await t.run("types --out deployment.ts")).code).toBe(0);
    expect(await t.read("deployment.ts")).toBe(await t.read("offline.ts"));
    expect(await t.read("offline.ts")).toContain('  "dark-mode": "dark" | "light" | "system";\n');
    expect((await t.run("types project.yaml", offline)).out).toBe(await t.read("offline.ts"));
  });

  test("--check exits with 3 if the file would change, and writes nothing", async ({ expect }) => {
    const missing = await t.run("types project.yaml --out absent.ts --check", offline);
    expect([missing.code, missing.out]).toEqual([3, "absent.ts does not exist; write it without --check\n"]);
    await expect(t.read("absent.ts")).rejects.toThrow("ENOENT");
    await t.run("types project.yaml --out checked.ts", offline);
    expect((await t.run("types project.yaml --out checked.ts --check", offline)).code).toBe(0);
    await t.write("changed.yaml", example.replace('"system": "system"', '"system": "os"'));
    const stale = await t.run("types changed.yaml --out checked.ts --check --json", offline);
    expect([stale.code, stale.json]).toEqual([
      3,
      { file: "checked.ts", flags: expect.any(Number), isChanged: true, isWritten: false },
    ]);
    expect((await t.run("types project.yaml --out checked.ts --check", offline)).code).toBe(0);
    await t.write("checked.ts", (await t.read("checked.ts")).replaceAll("\n", "\r\n"));
    expect((await t.run("types project.yaml --out checked.ts --check", offline)).code).toBe(0);
  });

  test.for(["types --out", "manifest --out", "export --format flagd -e production", "types project.yaml --out"])(
    "%s does not replace a project file",
    async (line, { expect }) => {
      await t.write("kept.yaml", example);
      const { code, err } = await t.run(`${line} kept.yaml`);
      expect([code, err]).toEqual([2, expect.stringContaining("kept.yaml is a project file (production, staging)")]);
      expect(await t.read("kept.yaml")).toBe(example);
    },
  );

  test("--environment leaves out the flags that it does not configure", async ({ expect }) => {
    await t.run("flags create only-staging -e staging");
    expect((await t.run("types -e staging")).out).toContain('"only-staging"');
    expect((await t.run("types -e production")).out).not.toContain('"only-staging"');
    const unknown = await t.run("types -e nowhere");
    expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining("nowhere")]);
    const elsewhere = await t.run("types project.yaml -e nowhere", offline);
    expect(elsewhere.code).toBe(2);
    expect(elsewhere.err).toContain("does not contain environment nowhere (it contains: production, staging)");
  });

  test("mistakes in the file or the command line stop before anything is written", async ({ expect }) => {
    await t.write("wrong.yaml", example.replace('"system": "system"', '"system": 1'));
    const wrong = await t.run("types wrong.yaml --out wrong.ts", offline);
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringMatching(/flag dark-mode in production.*\(line \d+\)/)]);
    await expect(t.read("wrong.ts")).rejects.toThrow("ENOENT");
    const check = await t.run("types project.yaml --check", offline);
    expect([check.code, check.err]).toEqual([2, expect.stringContaining("--check needs --out")]);
  });
});

describe("the fallback of a flag", () => {
  let t: CliTest;
  beforeAll(async () => {
    t = await startCliTest();
  });
  afterAll(() => t.close());

  const project = (more: string) => `environments: [{ key: production }]
flags:
  - key: banner
    type: string
    variants: { "none": "", "long": "text" }
${more}    environments:
      production: { enabled: true, default: { variant: "long" } }
`;

  test("is compared, applied, exported and removed like the other notes", async ({ expect }) => {
    await t.write("without.yaml", project(""));
    await t.write("with.yaml", project('    fallback: ""\n'));
    expect((await t.run("apply without.yaml")).code).toBe(0);
    const diff = await t.run("diff with.yaml");
    expect([diff.code, diff.out]).toEqual([3, expect.stringContaining("Fallback: ")]);
    expect((await t.run("apply with.yaml")).code).toBe(0);
    expect((await t.run("diff with.yaml")).code).toBe(0);
    expect((await t.run("export")).out).toContain('fallback: ""');
    await t.run("export without.yaml");
    expect(await t.read("without.yaml")).toContain('fallback: ""');
    expect((await t.run("types")).out).toContain('/** Fallback: "" */\n  "banner": "" | "text";');
    await t.write("removed.yaml", project(""));
    expect((await t.run("apply removed.yaml")).code).toBe(0);
    expect((await t.run("flags get banner -e production --json")).json).not.toHaveProperty("fallback");
    expect((await t.run("diff removed.yaml")).code).toBe(0);
  });

  test("of another type than the flag's is refused with its line", async ({ expect }) => {
    await t.write("wrong.yaml", project("    fallback: false\n"));
    const ran = await t.run("validate wrong.yaml");
    expect([ran.code, ran.err]).toEqual([2, expect.stringMatching(/\/fallback must be text.* \(line 6\)/)]);
  });
});

describe("the JSON Schema of a flag", () => {
  let t: CliTest;
  beforeAll(async () => {
    t = await startCliTest();
  });
  afterAll(() => t.close());

  const SCHEMA = `    jsonSchema:
      type: object
      properties:
        when: { enum: [ "day", "night" ] }
        size: { type: [ "integer", "null" ], const: null }
      required: [ when ]
`;
  const project = (more: string, night = '{ "when": "night" }') => `environments: [{ key: production }]
flags:
  - key: theme
    type: object
    variants: { "day": { "when": "day", "size": null }, "night": ${night} }
${more}    environments:
      production: { enabled: true, default: { variant: "day" } }
`;

  test("is compared, applied, exported in a readable order, and removed", async ({ expect }) => {
    await t.write("without.yaml", project(""));
    await t.write("with.yaml", project(SCHEMA));
    expect((await t.run("apply without.yaml")).code).toBe(0);
    const diff = await t.run("diff with.yaml");
    expect([diff.code, diff.out]).toEqual([3, expect.stringContaining("JSON Schema: ")]);
    expect((await t.run("apply with.yaml")).code).toBe(0);
    expect((await t.run("diff with.yaml")).code).toBe(0);
    const { json } = await t.run("flags get theme -e production --json");
    expect(json.jsonSchema.properties.size).toEqual({ type: ["integer", "null"], const: null });
    const { out } = await t.run("export");
    await t.write("exported.yaml", out);
    expect((await t.run("diff exported.yaml")).code).toBe(0);
    expect(out).toContain("    jsonSchema:\n      type: object\n      properties:\n");
    await t.run("export with.yaml");
    expect(await t.read("with.yaml")).toBe(project(SCHEMA));
    await t.write("removed.yaml", project(""));
    expect((await t.run("apply removed.yaml")).code).toBe(0);
    expect((await t.run("flags get theme -e production --json")).json).not.toHaveProperty("jsonSchema");
  });

  test("gives the flag's type, from a file and from the deployment", async ({ expect }) => {
    await t.write("typed.yaml", project(SCHEMA));
    expect((await t.run("apply typed.yaml")).code).toBe(0);
    const { out } = await t.run("types");
    expect(out).toContain('  "theme": { "size"?: null; "when": "day" | "night"; [key: string]: unknown };');
    expect((await t.run("types typed.yaml")).out).toBe(out);
  });

  test("is set, replaced as a whole and removed by flags create and flags set", async ({ expect }) => {
    await t.write("schema.json", JSON.stringify({ items: { const: null } }));
    await t.write("other.yaml", "items: { type: 'null' }\n");
    const schema = async () => (await t.run("flags get list -e production --json")).json.jsonSchema;
    const more = "--type json --variant a=[null] --variant b=[] --default a --json-schema schema.json";
    expect((await t.run(`flags create list -e production ${more}`)).code).toBe(0);
    expect(await schema()).toEqual({ items: { const: null } });
    const refused = await t.run("flags set list -e production --variant a=[1]");
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("/variants/a/0 must be null")]);
    expect((await t.run("flags set list -e production --json-schema other.yaml")).code).toBe(0);
    expect(await schema()).toEqual({ items: { type: "null" } });
    expect((await t.run("flags set list -e production --json-schema none")).code).toBe(0);
    expect(await schema()).toBeUndefined();
  });

  test("is compared with the values offline, with their lines", async ({ expect }) => {
    await t.write("wrong.yaml", project(`${SCHEMA}    fallback: {}\n`, '{ "when": "dusk" }'));
    const ran = await t.run("validate wrong.yaml", { env: {} });
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining("wrong.yaml has errors")]);
    expect(ran.err).toMatch(/variants\/night\/when must be "day" or "night" \(\/jsonSchema\/.*enum\) \(line 5\)/);
    expect(ran.err).toMatch(/\/fallback must have "when" \(\/jsonSchema\/required\) \(line 12\)/);
    await t.write("odd.yaml", project(SCHEMA.replace("required:", "requires:")));
    expect((await t.run("validate odd.yaml", { env: {} })).err).toMatch(
      /\/jsonSchema\/requires "requires" is not a keyword that schemas of flags support.* \(line 11\)/,
    );
  });
});

describe("burgee manifest", () => {
  const SCHEMA = {
    type: "object",
    properties: {
      mode: { enum: ["light", "dark"] },
      note: { type: ["string", "null"] },
      sizes: { type: "array", items: { type: "number", minimum: 1 } },
      next: { $ref: "#/$defs/next" },
      tree: { $ref: "#" },
    },
    required: ["mode"],
    additionalProperties: false,
    $defs: { next: { type: "object", properties: { size: { type: "integer" } }, additionalProperties: false } },
  };
  let t: CliTest;
  beforeAll(async () => {
    t = await startCliTest();
    await t.write("project.yaml", example);
    await t.run("apply project.yaml --create-environments");
  });
  afterAll(() => t.close());

  test("a project file and the deployment give the same manifest", async ({ expect }) => {
    expect((await t.run("manifest --out deployment.json")).code).toBe(0);
    expect((await t.run("manifest project.yaml --out offline.json", { env: {} })).code).toBe(0);
    expect(JSON.parse(await t.read("deployment.json"))).toEqual(JSON.parse(await t.read("offline.json")));
    const { $schema, flags } = JSON.parse(await t.read("offline.json"));
    expect($schema).toMatch(/flag-manifest\.json$/);
    expect(flags["dark-mode"]).toEqual({
      flagType: "string",
      defaultValue: "light",
      description: "Colour scheme for users who have not chosen one.",
    });
    expect((await t.run("manifest --out deployment.json --check")).code).toBe(0);
    await t.run("flags set dark-mode -e production --description changed");
    expect((await t.run("manifest --out deployment.json --check")).code).toBe(3);
  });

  test("has the schemas of objects, from a file and from the deployment", async ({ expect }) => {
    const flag = { key: "theme", type: "object", variants: { day: { mode: "light" } }, jsonSchema: SCHEMA };
    const configuration = { enabled: true, offVariant: "day", default: { variant: "day" } };
    const project = {
      environments: [{ key: "production" }],
      flags: [
        { ...flag, environments: { production: configuration } },
        { ...flag, key: "empty", fallback: null, environments: { production: { ...configuration, offVariant: null } } },
      ],
    };
    await t.write("objects.yaml", JSON.stringify(project));
    expect((await t.run("apply objects.yaml")).code).toBe(0);
    await t.run("manifest --out deployment.json");
    await t.run("manifest objects.yaml --out offline.json", { env: {} });
    const inDeployment = JSON.parse(await t.read("deployment.json")).flags;
    const offline = JSON.parse(await t.read("offline.json")).flags;
    expect(inDeployment.theme).toEqual(offline.theme);
    expect(offline.theme.schema).toEqual({
      type: "object",
      properties: {
        mode: { type: "string" },
        next: { type: "object", properties: { size: { type: "integer" } }, additionalProperties: false },
        sizes: { type: "array", items: { type: "number" } },
      },
      required: ["mode"],
    });
    // The default is {}, which OpenFeature's command would refuse beside the schema.
    expect([offline.empty.defaultValue, offline.empty.schema, inDeployment.empty.schema]).toEqual([
      {},
      undefined,
      undefined,
    ]);
  });

  test("an error of the manifest's form is printed like every other", async ({ expect }) => {
    const ran = await t.run("manifest", { env: { BURGEE_URL: "http://edge.test", BURGEE_TOKEN: t.project.serverKey } });
    expect([ran.code, ran.err]).toEqual([1, expect.stringContaining("admin token")]);
  });
});
