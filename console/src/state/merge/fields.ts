/** The parts of flags and segments that a merge takes whole, because half of one with half of another is wrong. */

type Kind = "rules" | "prerequisites" | "set" | "serve" | "rollout" | "ramp" | "condition" | "other";

type Item = Readonly<Record<string, unknown>>;

const KINDS: readonly (readonly [RegExp, Kind])[] = [
  [/^\/rules$/, "rules"],
  [/^\/prerequisites$/, "prerequisites"],
  [/^(\/tags|\/prerequisites\/[^/]+\/variants|(\/rules\/[^/]+\/when|\/condition)\/(values|variants))$/, "set"],
  [/^(\/default|\/rules\/[^/]+\/serve)$/, "serve"],
  [/^(\/default|\/rules\/[^/]+\/serve)\/rollout$/, "rollout"],
  [/^(\/default|\/rules\/[^/]+\/serve)\/rollout\/ramp$/, "ramp"],
  [/^(\/rules\/[^/]+\/when|\/condition)$/, "condition"],
];

/** Returns the kind of the value at a pointer, which decides how it is merged. */
export function kindAt(pointer: string): Kind {
  return KINDS.find(([pattern]) => pattern.test(pointer))?.[1] ?? "other";
}

/** Whether records of this kind can be merged field by field. Otherwise they are one value. */
export function mergesByField(kind: Kind, base: Item, mine: Item, theirs: Item): boolean {
  const all = [base, mine, theirs];
  const agrees = (name: string): boolean =>
    all.every((one) => JSON.stringify(one[name]) === JSON.stringify(base[name]));
  if (kind === "ramp") return false;
  // Serving one variant and serving a rollout exclude each other.
  if (kind === "serve") return all.every((one) => Object.hasOwn(one, "rollout"));
  // Weights are parts of the total.
  if (kind === "rollout") return agrees("total") && agrees("hash");
  // The values of a condition belong to its attribute and operator, and the bounds of a range to each other.
  if (kind === "condition") {
    const isLeaf = agrees("attribute") && agrees("operator") && agrees("read") && agrees("flag");
    return isLeaf && namesOf(base) === namesOf(mine) && namesOf(base) === namesOf(theirs) && !isRange(base);
  }
  return true;
}

function isRange({ operator }: Item): boolean {
  return operator === "between";
}

function namesOf(record: Item): string {
  return Object.keys(record).toSorted().join();
}
