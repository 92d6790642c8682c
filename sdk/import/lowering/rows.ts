import type { ReportEntry } from "../types.ts";
import { refusal } from "./draft.ts";
import { kindOf } from "./shape.ts";
import { at, type Fields, isFields, type Placed, scalarText, textOf } from "./source.ts";

type Kind = "flag" | "segment";

/** Reads the rows of a source by key. It refuses those that it cannot read, so that the report names every row. */
export class RowReader {
  readonly refused: ReportEntry[] = [];

  /** Returns the rows of a list. `field` has their keys. Of several rows with one key, the last counts, as in SDKs. */
  list(
    kind: Kind,
    list: unknown,
    place: string,
    field: string,
    keyOf = (row: Fields): unknown => row[field],
  ): Map<string, Placed> {
    const rows = new Map<string, Placed>();
    if (!Array.isArray(list)) {
      if (list !== undefined && list !== null) this.refuse(kind, "", place, `it is ${kindOf(list)}, not a list`);
      return rows;
    }
    list.forEach((row: unknown, i) => {
      const where = at(place, i);
      // Segments can have numbers as their ids.
      const id = isFields(row) ? keyOf(row) : undefined;
      const key = kind === "segment" ? scalarText(id) : textOf(id);
      if (!isFields(row)) this.refuse(kind, "", where, `it is ${kindOf(row)}, not an object`);
      else if (key === undefined || key === "") this.refuse(kind, "", at(where, field), `the ${kind} has no ${field}`);
      else {
        const other = rows.get(key);
        if (other !== undefined) this.refuse(kind, key, other.place, `${where} has the same ${field}, and replaces it`);
        rows.set(key, { fields: row, place: where });
      }
    });
    return rows;
  }

  /** Returns the rows of an object whose names are the keys. */
  named(kind: Kind, object: unknown, place: string): Map<string, Placed> {
    const rows = new Map<string, Placed>();
    if (!isFields(object)) {
      if (object !== undefined && object !== null)
        this.refuse(kind, "", place, `it is ${kindOf(object)}, not an object`);
      return rows;
    }
    for (const [key, row] of Object.entries(object)) {
      const where = at(place, key);
      if (isFields(row)) rows.set(key, { fields: row, place: where });
      else this.refuse(kind, key, where, `it is ${kindOf(row)}, not an object`);
    }
    return rows;
  }

  /** Adds the entry of a part that cannot be read. */
  refuse(kind: Kind, key: string, place: string, reason: string): void {
    this.refused.push(refusal({ kind, key, place }, place, reason));
  }
}
