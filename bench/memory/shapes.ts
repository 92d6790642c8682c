import { fileURLToPath } from "node:url";
import { projectDocuments, readProjectFile } from "../../dev/project/project-file.ts";
import { scaleProject } from "../../dev/project/scaled-project.ts";
import type { FlagDocument } from "../../src/flags/document.ts";

/** Documents as JSON, made from copies of the flags in examples/project.yaml. */
export interface Shape {
  name: string;
  texts(count: number): string[];
}

export const example = await readProjectFile(fileURLToPath(import.meta.resolve("../../examples/project.yaml")));

function documents(count: number): FlagDocument[] {
  return projectDocuments(scaleProject(example, count), "production", 1);
}

/** The documents as they are: flags have segments, patterns and conditions in common. */
export const SHARED: Shape = {
  name: "the example project",
  texts: (count) => documents(count).map((document) => JSON.stringify(document)),
};

/** The same documents, but no condition, segment or pattern of one flag equals that of another. */
export const UNSHARED: Shape = {
  name: "nothing in common",
  texts: (count) => documents(count).map((document, i) => JSON.stringify(unshared(document, i))),
};

/** Gives each condition an attribute, and each pattern an alternative, that only the flag of this number has. */
function unshared(value: unknown, number: number): unknown {
  if (Array.isArray(value)) return value.map((item) => unshared(item, number));
  if (typeof value !== "object" || value === null) return value;
  const parts = Object.entries(value).map(([name, part]) => [name, unshared(part, number)]);
  const copy = Object.fromEntries(parts) as Record<string, unknown>;
  if (typeof copy["attribute"] === "string")
    copy["attribute"] = `${copy["attribute"].replace("request.", "")}${number}`;
  if (copy["operator"] === "matches") copy["values"] = (copy["values"] as string[]).map((text) => `${text}|n${number}`);
  return copy;
}
