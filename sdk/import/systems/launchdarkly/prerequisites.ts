import type { Prerequisite } from "../../../../src/flags/document.ts";
import { NotImportable } from "../../lowering/draft.ts";
import { at, fieldsOf, listOf, type Placed, textOf } from "../../lowering/source.ts";
import { flagOf, type LaunchDarklySource } from "./source.ts";

export interface LoweredPrerequisites {
  prerequisites: Prerequisite[];
  /** The key of the first prerequisite that is never met, because its flag or variation does not exist. */
  unmet?: string;
  /** Whether the flag requires itself, so that every evaluation is an error. */
  isCycle: boolean;
}

/**
 * Returns a flag's prerequisites.
 *
 * @throws NotImportable if the flag requires itself, but only for some contexts
 */
export function lowerPrerequisites(
  key: string,
  flag: Placed,
  source: LaunchDarklySource,
  environment?: string,
): LoweredPrerequisites {
  const graph = (name: string): Placed | undefined => {
    const found = source.flags.get(name);
    return found === undefined ? undefined : flagOf(found, environment);
  };
  if (alwaysMeetsItself(key, graph)) return { prerequisites: [], isCycle: true };
  if (isInCycle(key, graph)) throw new NotImportable(at(flag.place, "prerequisites"), "the flag requires itself");
  const prerequisites: Prerequisite[] = [];
  for (const { key: parent, variation } of requirementsOf(flag)) {
    const fields = graph(parent)?.fields;
    const count = listOf(fields?.["variations"]).length;
    if (fields === undefined || typeof variation !== "number" || variation < 0 || variation >= count)
      return { prerequisites, unmet: parent, isCycle: false };
    // A variation that an experiment serves without tracking has a variant of its own, which may not exist.
    prerequisites.push({ flag: parent, variants: [String(variation), `${variation}.untracked`] });
  }
  return { prerequisites, isCycle: false };
}

function requirementsOf({ fields }: Placed): { key: string; variation: unknown }[] {
  return listOf(fields["prerequisites"])
    .map(fieldsOf)
    .map(({ key, variation }) => ({ key: textOf(key) ?? "", variation }));
}

type Graph = (key: string) => Placed | undefined;

/** Whether every evaluation runs into a cycle: each flag's first prerequisite leads on, and all flags are on. */
function alwaysMeetsItself(key: string, graph: Graph): boolean {
  const visited = new Set<string>();
  for (let at: string | undefined = key; at !== undefined;) {
    if (visited.has(at)) return true;
    visited.add(at);
    const flag: Placed | undefined = graph(at);
    at = flag?.fields["on"] === true ? requirementsOf(flag)[0]?.key : undefined;
  }
  return false;
}

function isInCycle(key: string, graph: Graph): boolean {
  const visited = new Set<string>();
  const reaches = (from: string): boolean => {
    const flag = graph(from);
    if (flag === undefined) return false;
    return requirementsOf(flag).some(({ key: next }) => {
      if (next === key) return true;
      if (visited.has(next)) return false;
      visited.add(next);
      return reaches(next);
    });
  };
  return reaches(key);
}
