import { at, type Fields, fieldsOf, isFields, listOf, textOf } from "../../lowering/source.ts";
import type { ImportOptions } from "../../types.ts";
import { type Kind, KINDS, type Settings } from "./settings.ts";

/** One row of the dump. */
export interface Row {
  kind: Kind;
  name: string;
  fields: Fields;
  place: string;
  /** The flag's key in Burgee, which has one space of keys for flags, switches and samples. */
  key: string;
  /** Set if the dump has no such row. */
  isMissing?: true;
  /** The reason why the row cannot be imported. */
  problem?: string;
}

/**
 * Reads the fixture that `manage.py dumpdata waffle` writes. Adds the names that the code uses and the dump lacks,
 * which have the default of the settings.
 */
export function rowsOf(input: unknown, settings: Settings, options: ImportOptions): Row[] {
  const rows = listOf(input).flatMap((one, i) => rowOf(one, at("", i), settings));
  return withKeys([...rows, ...missingRows(rows, options)]);
}

function rowOf(one: unknown, place: string, { models }: Settings): Row[] {
  const { model, fields } = fieldsOf(one);
  const row = fieldsOf(fields);
  const name = textOf(row["name"]) ?? "";
  const refused = (problem: string): Row[] => [{ kind: "flag", name, fields: row, place, key: name, problem }];
  if (typeof model !== "string" || !isFields(fields))
    return refused("it is not a row of a dump, with model and fields");
  const label = model.toLowerCase();
  const kind = KINDS.find((known) => models[known] === label);
  if (kind !== undefined)
    return name === "" ? refused("it has no name") : [{ kind, name, fields: row, place, key: name }];
  // Other applications' rows may be in the dump.
  if (!label.startsWith("waffle.") && !COLUMNS.some((columns) => columns.every((column) => column in row))) return [];
  return refused(`"${label}" is not a model that the settings name; if it is your own flag, set WAFFLE_FLAG_MODEL`);
}

/** A row with these columns is a flag, a switch or a sample of an unknown model. */
const COLUMNS = [
  ["everyone", "percent"],
  ["name", "active", "note", "created", "modified"],
  ["name", "percent", "note", "created", "modified"],
];

/** A switch or a sample with the name of a flag gets another key, because code may use both. */
function withKeys(rows: Row[]): Row[] {
  const names = new Set(rows.map(({ name }) => name));
  const taken = new Set<string>();
  const seen = new Set<string>();
  const ordered = KINDS.flatMap((kind) => rows.filter((row) => row.kind === kind));
  for (const row of ordered) {
    const id = `${row.kind} ${row.name}`;
    if (seen.has(id)) row.problem ??= `the dump has two rows for ${row.kind} "${row.name}"`;
    seen.add(id);
    if (row.problem !== undefined) continue;
    for (let i = 1; taken.has(row.key) || (row.key !== row.name && names.has(row.key)); i++)
      row.key = `${row.name}-${row.kind}${i === 1 ? "" : `-${i}`}`;
    taken.add(row.key);
  }
  return ordered;
}

function missingRows(rows: readonly Row[], { usedNames = {} }: ImportOptions): Row[] {
  const known = new Set(rows.map(({ kind, name }) => `${kind} ${name}`));
  const lists = { flag: usedNames.flags, switch: usedNames.switches, sample: usedNames.samples };
  return KINDS.flatMap((kind) =>
    [...new Set(lists[kind] ?? [])]
      .filter((name) => !known.has(`${kind} ${name}`))
      .map((name): Row => ({ kind, name, fields: {}, place: "", key: name, isMissing: true })),
  );
}
