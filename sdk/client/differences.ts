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
    const order = { before: [...byId.keys()], after: [...nextById.keys()] };
    const isMoved =
      order.after.filter((id) => byId.has(id)).join() !== order.before.filter((id) => nextById.has(id)).join();
    const [old, next] = [Object.fromEntries(byId), Object.fromEntries(nextById)];
    return [...(isMoved ? [{ pointer, ...order }] : []), ...recordDifferences(old, next, pointer)];
  }
  return [{ pointer, before, after }];
}

/** Whether two JSON documents are the same. The order of an object's members does not count: the store loses it. */
export function isSame(one: unknown, other: unknown): boolean {
  return differences(one, other).length === 0;
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

/** A map keeps the order of ids like "2" and "1", which an object would sort, so that a move would go unnoticed. */
function itemsById(items: unknown[]): Map<string, unknown> | undefined {
  const byId = new Map<string, unknown>();
  for (const item of items) {
    const id = isRecord(item) ? item["id"] : undefined;
    if (typeof id !== "string" || byId.has(id)) return undefined;
    byId.set(id, item);
  }
  return byId;
}

function byIndex(items: unknown[]): Record<string, unknown> {
  return Object.fromEntries(items.entries());
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
