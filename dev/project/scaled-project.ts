/** A project with as many flags as wanted, for limits, memory and load: copies of another one's. */
import type { ProjectFile, ProjectFlag } from "./project-file.ts";

/** Copies are whole projects: what a flag refers to is in its own copy. Segments are shared by all of them. */
export function scaleProject(project: ProjectFile, flagCount: number): ProjectFile {
  const keys = new Set(project.flags.map(({ key }) => key));
  const flags = Array.from({ length: flagCount }, (_, i) => {
    const flag = project.flags[i % project.flags.length]!;
    const copy = Math.floor(i / project.flags.length);
    return renamed(flag, keys, copy) as ProjectFlag;
  });
  return { ...project, flags: closed(flags) };
}

/** `key` and every reference `flag: …` get the copy's number. */
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

/** Without the flags of a last, incomplete copy that refer to others that did not make it. */
function closed(flags: ProjectFlag[]): ProjectFlag[] {
  const held = new Set(flags.map(({ key }) => key));
  const isComplete = (flag: ProjectFlag) =>
    [...JSON.stringify(flag).matchAll(/"flag":"([^"]+)"/g)].every(([, name]) => held.has(name ?? ""));
  const complete = flags.filter(isComplete);
  return complete.length === flags.length ? flags : closed(complete);
}
