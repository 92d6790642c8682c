/** One place in a document whose value is not the same. A side that has nothing there is undefined. */
export interface Difference {
  /** JSON pointer. */
  pointer: string;
  before: unknown;
  after: unknown;
}

/**
 * Where two JSON documents differ, field by field, in the order of the later one. Lists are compared item by item, by
 * their `id` where every item has one (rules), so that moving or inserting a rule is not a change of all that follow.
 */
export function differences(before: unknown, after: unknown, pointer = ""): Difference[] {
  if (Object.is(before, after)) return [];
  if (isRecord(before) && isRecord(after)) return ofRecords(before, after, pointer);
  if (Array.isArray(before) && Array.isArray(after)) {
    const [byId, nextById] = [itemsById(before), itemsById(after)];
    if (byId === undefined || nextById === undefined) return ofRecords(byIndex(before), byIndex(after), pointer);
    const order = { before: Object.keys(byId), after: Object.keys(nextById) };
    const isMoved =
      order.after.filter((id) => id in byId).join() !== order.before.filter((id) => id in nextById).join();
    return [...(isMoved ? [{ pointer, ...order }] : []), ...ofRecords(byId, nextById, pointer)];
  }
  return [{ pointer, before, after }];
}

function ofRecords(before: Record<string, unknown>, after: Record<string, unknown>, pointer: string): Difference[] {
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
