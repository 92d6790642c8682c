/** The definitions that Split's SDKs read: the responses of `/splitChanges` and `/segmentChanges`. */
import { Names } from "../../lowering/names.ts";
import { at, fieldsOf, isFields, listOf, placed, type Placed, textOf, textsOf } from "../../lowering/source.ts";

/** A list of keys. */
export interface KeySegment {
  /** Its key in Burgee. */
  key: string;
  keys: readonly string[];
  place: string;
}

export interface SplitSource {
  splits: Map<string, Placed>;
  segments: Map<string, KeySegment>;
  /** The segments that have rules, with their keys in Burgee. */
  ruleSegments: Map<string, Placed & { key: string }>;
}

export function readSource(input: unknown): SplitSource {
  const source = fieldsOf(input);
  const { ff, rbs, segments } = source;
  const names = new Names();
  const ruleSegments = namedRows(fieldsOf(rbs)["d"], "/rbs/d");
  return {
    splits: isFields(ff) ? namedRows(ff["d"], "/ff/d") : namedRows(source["splits"], "/splits"),
    ruleSegments: new Map([...ruleSegments].map(([name, row]) => [name, { ...row, key: names.take(name) }])),
    segments: new Map(keySegments(segments).map(([name, one]) => [name, { ...one, key: names.take(name) }])),
  };
}

function namedRows(list: unknown, place: string): Map<string, Placed> {
  const rows = new Map<string, Placed>();
  for (const row of placed(list, place)) {
    const name = textOf(row.fields["name"]);
    if (name !== undefined) rows.set(name, row);
  }
  return rows;
}

/** Segments are a list of responses of `/segmentChanges`, or lists of keys by name. */
function keySegments(segments: unknown): [string, Omit<KeySegment, "key">][] {
  if (isFields(segments))
    return Object.entries(segments).map(([name, keys]) => [
      name,
      { keys: textsOf(isFields(keys) ? keys["added"] : keys), place: at("/segments", name) },
    ]);
  return listOf(segments).flatMap((one, i): [string, Omit<KeySegment, "key">][] => {
    const { name, added } = fieldsOf(one);
    return typeof name === "string" ? [[name, { keys: textsOf(added), place: at("/segments", i) }]] : [];
  });
}
