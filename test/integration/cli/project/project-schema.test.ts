import { Ajv } from "ajv";
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { PROJECT_SCHEMA_FILE, projectSchema } from "../../../../dev/project/project-schema.ts";

const text = await readFile(PROJECT_SCHEMA_FILE, "utf8");
const validate = new Ajv({ strict: false, allErrors: true }).compile(JSON.parse(text) as object);
const example = await readFile(new URL("../../../../examples/project.yaml", import.meta.url), "utf8");

/** Returns the places where the project violates the schema. */
function wrongPlaces(project: unknown): string[] {
  validate(project);
  return [...new Set((validate.errors ?? []).map(({ instancePath }) => instancePath))];
}

const configuration = { enabled: true, default: { variant: "on" } };
const flag = { key: "a", type: "boolean", variants: { on: true }, environments: { production: configuration } };
const project = { environments: [{ key: "production" }], flags: [flag] };

describe("the schema of project files", () => {
  it("is up to date; `npm run project:schema` updates it", () => {
    expect(projectSchema()).toBe(text);
  });

  it("accepts the example project and a minimal flag", () => {
    expect(wrongPlaces(parse(example))).toEqual([]);
    expect(wrongPlaces(project)).toEqual([]);
  });

  it.each<[string, unknown]>([
    ["/flags/0", { ...project, flags: [{ ...flag, varaints: {} }] }],
    ["/flags/0/type", { ...project, flags: [{ ...flag, type: "bool" }] }],
    ["/flags/0/environments/production/enabled", withConfiguration({ ...configuration, enabled: "yes" })],
    ["/flags/0/environments/production", withConfiguration({ enabled: true })],
    ["/flags/0/environments/production/rules/0", withConfiguration({ ...configuration, rules: [{ serve: {} }] })],
    ["/environments/0/key", { ...project, environments: [{ key: "Production" }] }],
    ["/segments/production/staff", { ...project, segments: { production: { staff: { name: "Staff" } } } }],
    ["", { ...project, flag: [] }],
  ])("finds the error at %j", (place, wrong) => {
    expect(wrongPlaces(wrong)).toContain(place);
  });

  it("describes fields", () => {
    const { definitions } = JSON.parse(text) as { definitions: Record<string, { properties: Record<string, object> }> };
    expect(definitions["Configuration"]?.properties["offVariant"]).toMatchObject({
      description: expect.stringContaining("Served while the flag is disabled"),
    });
  });
});

function withConfiguration(production: object): object {
  return { ...project, flags: [{ ...flag, environments: { production } }] };
}
