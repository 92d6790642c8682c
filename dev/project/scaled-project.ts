/** Makes large projects from copies of a small one, for tests of limits, memory and load. */
import type { ProjectFile, ProjectFlag } from "./project-file.ts";

/** Returns a project with up to `flagCount` flags. References stay inside a copy, and all copies share the segments. */
export function scaleProject(project: ProjectFile, flagCount: number): ProjectFile {
  const keys = new Set(project.flags.map(({ key }) => key));
  const flags = Array.from({ length: flagCount }, (_, i) => {
    const flag = project.flags[i % project.flags.length]!;
    const copy = Math.floor(i / project.flags.length);
    return renamed(flag, keys, copy) as ProjectFlag;
  });
  return { ...project, flags: withoutBrokenReferences(flags) };
}

/** Adds the copy's number to `key` and to every `flag` reference. */
function renamed(value: unknown, keys: ReadonlySet<string>, copy: number): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, keys, copy));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => {
      const isName = (name === "key" || name === "flag") && typeof part === "string" && keys.has(part);
      return [name, isName ? `${part}.${copy}` : renamed(part, keys, copy)];
    }),
  );
}

/** Removes flags of an incomplete last copy that refer to missing flags. */
function withoutBrokenReferences(flags: ProjectFlag[]): ProjectFlag[] {
  const keys = new Set(flags.map(({ key }) => key));
  const isComplete = (flag: ProjectFlag) =>
    [...JSON.stringify(flag).matchAll(/"flag":"([^"]+)"/g)].every(([, name]) => keys.has(name ?? ""));
  const complete = flags.filter(isComplete);
  return complete.length === flags.length ? flags : withoutBrokenReferences(complete);
}
