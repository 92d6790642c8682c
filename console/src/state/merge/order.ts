/**
 * Merges the orders of two lists of distinct items that both began from `base`. Returns all items of both, also those
 * that one side removed, or `undefined` if both sides moved items in different ways.
 */
export function mergedOrder<T>(base: readonly T[], mine: readonly T[], theirs: readonly T[]): T[] | undefined {
  const shared = base.filter((one) => mine.includes(one) && theirs.includes(one));
  const [mineMoved, theirsMoved] = [mine, theirs].map((side) => !isSameOrder(shared, side));
  if (mineMoved === true && theirsMoved === true) {
    if (
      !isSameOrder(
        mine.filter((one) => shared.includes(one)),
        theirs,
      )
    )
      return undefined;
  }
  const [leading, other] = mineMoved === true ? [mine, theirs] : [theirs, mine];
  const order = [...leading];
  other.forEach((one, i) => {
    if (order.includes(one)) return;
    // It follows the item before it, which is in the order by now.
    order.splice(i === 0 ? 0 : order.indexOf(other[i - 1] as T) + 1, 0, one);
  });
  return order;
}

/** Whether the items of `order` follow each other in `list` too. */
function isSameOrder<T>(order: readonly T[], list: readonly T[]): boolean {
  const found = list.filter((one) => order.includes(one));
  return found.every((one, i) => one === order[i]);
}
