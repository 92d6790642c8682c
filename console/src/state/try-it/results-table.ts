/** The results of all flags in all environments, as a table. */
import type { EvaluatedList } from "../../../../sdk/client/contract.ts";

export type Evaluated = EvaluatedList["items"][number];

export interface Column {
  environment: string;
  version: number | undefined;
  /** Why the environment could not be evaluated. */
  problem: string | undefined;
}

export interface FlagRow {
  flag: string;
  /** One for each column; `undefined` if the environment does not have the flag. */
  cells: (Evaluated | undefined)[];
  /** Whether the environments that could be evaluated give different results. */
  isDifferent: boolean;
}

export interface Table {
  columns: Column[];
  rows: FlagRow[];
}

/** Returns the rows in the order of their keys, and marks those whose environments differ. */
export function tableOf(found: readonly { column: Column; items: readonly Evaluated[] }[]): Table {
  const rows = new Map<string, (Evaluated | undefined)[]>();
  for (const [i, { items }] of found.entries()) {
    for (const item of items) {
      const cells = rows.get(item.flag) ?? found.map(() => undefined);
      cells[i] = item;
      rows.set(item.flag, cells);
    }
  }
  const columns = found.map(({ column }) => column);
  const isKnown = columns.map(({ problem }) => problem === undefined);
  return {
    columns,
    rows: [...rows]
      .map(([flag, cells]) => {
        const known = cells.filter((_, i) => isKnown[i]);
        return { flag, cells, isDifferent: known.some((cell) => !isSame(cell, known[0])) };
      })
      .toSorted((a, b) => KEYS.compare(a.flag, b.flag)),
  };
}

/** Sorts 9 before 10. */
const KEYS = new Intl.Collator("en", { numeric: true });

/** Whether callers get the same: the variant and its value, or the same error. */
export function isSame(a: Evaluated | undefined, b: Evaluated | undefined): boolean {
  return resultOf(a) === resultOf(b);
}

function resultOf(cell: Evaluated | undefined): string {
  return JSON.stringify(cell === undefined ? null : [cell.variant, cell.value, cell.errorCode, cell.reason === null]);
}
