/** One place where two documents differ. A side without a value there is `undefined`. */
export interface Difference {
  /** JSON pointer. */
  pointer: string;
  before: unknown;
  after: unknown;
}

/**
 * Returns the places where two JSON documents differ, field by field, in the order of the later document. If every item
 * of a list has an `id`, as rules do, items are compared by `id`, so that inserting a rule does not change all rules
 * after it.
 */
export function differences(before: unknown, after: unknown, pointer = ""): Difference[] {
  if (Object.is(before, after)) return [];
  if (isRecord(before) && isRecord(after)) return recordDifferences(before, after, pointer);
  if (Array.isArray(before) && Array.isArray(after)) {
    const [byId, nextById] = [itemsById(before), itemsById(after)];
    if (byId === undefined || nextById === undefined)
      return recordDifferences(byIndex(before), byIndex(after), pointer);
    const order = { before: Object.keys(byId), after: Object.keys(nextById) };
    const isMoved =
      order.after.filter((id) => id in byId).join() !== order.before.filter((id) => id in nextById).join();
    return [...(isMoved ? [{ pointer, ...order }] : []), ...recordDifferences(byId, nextById, pointer)];
  }
  return [{ pointer, before, after }];
}

function recordDifferences(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  pointer: string,
): Difference[] {
  const names = new Set([...Object.keys(after), ...Object.keys(before)]);
  return [...names].flatMap((name) =>
    differences(own(before, name), own(after, name), `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`),
  );
}

function own(record: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function itemsById(items: unknown[]): Record<string, unknown> | undefined {
  const byId: Record<string, unknown> = {};
  for (const item of items) {
    const id = isRecord(item) ? item["id"] : undefined;
    if (typeof id !== "string" || id in byId) return undefined;
    byId[id] = item;
  }
  return byId;
}

function byIndex(items: unknown[]): Record<string, unknown> {
  return Object.fromEntries(items.entries());
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
