import type { Condition, FlagConfiguration } from "./document.ts";

/** A name that a configuration refers to, and where. */
export interface Reference {
  kind: "segment" | "flag";
  name: string;
  /** Variants asked for; flags only. */
  variants?: string[];
  /** JSON pointer of the name, relative to what was searched. */
  pointer: string;
}

/** Everything that a configuration refers to itself: not what its segments and prerequisites refer to. */
export function referencesOf(configuration: Pick<FlagConfiguration, "rules" | "prerequisites">): Reference[] {
  const found: Reference[] = [];
  configuration.prerequisites.forEach(({ flag, variants }, i) => {
    found.push({ kind: "flag", name: flag, variants, pointer: `/prerequisites/${i}/flag` });
  });
  configuration.rules.forEach((rule, i) => {
    if (rule.when) collect(rule.when, `/rules/${i}/when`, found);
  });
  return found;
}

/** Everything that a condition refers to; `base` is put in front of each pointer. */
export function referencesOfCondition(condition: Condition, base = ""): Reference[] {
  const found: Reference[] = [];
  collect(condition, base, found);
  return found;
}

function collect(condition: Condition, pointer: string, found: Reference[]): void {
  if ("all" in condition) condition.all.forEach((child, i) => collect(child, `${pointer}/all/${i}`, found));
  else if ("any" in condition) condition.any.forEach((child, i) => collect(child, `${pointer}/any/${i}`, found));
  else if ("not" in condition) collect(condition.not, `${pointer}/not`, found);
  else if ("segment" in condition) {
    found.push({ kind: "segment", name: condition.segment, pointer: `${pointer}/segment` });
  } else if ("flag" in condition) {
    found.push({ kind: "flag", name: condition.flag, variants: condition.variants, pointer: `${pointer}/flag` });
  }
}

/**
 * A cycle among names that refer to names, as the path around it with the first name repeated at the end
 * (`["a", "b", "a"]`); undefined when there is none. With `start`, only a cycle that `start` leads into.
 */
export function findCycle(graph: ReadonlyMap<string, Iterable<string>>, start?: string): string[] | undefined {
  const done = new Set<string>();
  for (const root of start === undefined ? graph.keys() : [start]) {
    const cycle = findCycleFrom(root, graph, done);
    if (cycle) return cycle;
  }
  return undefined;
}

/** Depth first with its own stack: a long chain of flags must not overflow the engine's. */
function findCycleFrom(
  root: string,
  graph: ReadonlyMap<string, Iterable<string>>,
  done: Set<string>,
): string[] | undefined {
  if (done.has(root)) return undefined;
  const path = [root];
  const onPath = new Set(path);
  const pending = [iterate(graph.get(root))];
  for (;;) {
    const top = pending.at(-1);
    if (top === undefined) return undefined;
    const { value: next, done: exhausted } = top.next();
    if (exhausted) {
      const left = path.pop() ?? root;
      onPath.delete(left);
      done.add(left);
      pending.pop();
    } else if (onPath.has(next)) {
      return [...path.slice(path.indexOf(next)), next];
    } else if (!done.has(next)) {
      path.push(next);
      onPath.add(next);
      pending.push(iterate(graph.get(next)));
    }
  }
}

function iterate(names: Iterable<string> | undefined): Iterator<string, undefined> {
  return (names ?? [])[Symbol.iterator]() as Iterator<string, undefined>;
}
