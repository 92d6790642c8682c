/** The definitions that Split's SDKs read: the responses of `/splitChanges` and `/segmentChanges`. */
import { Names } from "../../lowering/names.ts";
import { RowReader } from "../../lowering/rows.ts";
import { at, fieldsOf, isFields, type Placed } from "../../lowering/source.ts";
import type { ReportEntry } from "../../types.ts";

/** A list of keys. */
export interface KeySegment {
  /** Its key in Burgee. */
  key: string;
  keys: unknown;
  place: string;
}

export interface SplitSource {
  splits: Map<string, Placed>;
  segments: Map<string, KeySegment>;
  /** The segments that have rules, with their keys in Burgee; `undefined` if the source has no part for them. */
  ruleSegments: Map<string, Placed & { key: string }> | undefined;
  refused: readonly ReportEntry[];
}

export function readSource(input: unknown): SplitSource {
  const { ff, rbs, segments, splits } = fieldsOf(input);
  const names = new Names();
  const reader = new RowReader();
  const ruleSegments = reader.list("segment", fieldsOf(rbs)["d"], "/rbs/d", "name");
  return {
    splits: isFields(ff)
      ? reader.list("flag", ff["d"], "/ff/d", "name")
      : reader.list("flag", splits, "/splits", "name"),
    ruleSegments:
      rbs === undefined
        ? undefined
        : new Map([...ruleSegments].map(([name, row]) => [name, { ...row, key: names.take(name) }])),
    segments: new Map(keySegments(segments, reader).map(([name, one]) => [name, { ...one, key: names.take(name) }])),
    refused: reader.refused,
  };
}

/** Segments are a list of responses of `/segmentChanges`, or lists of keys by name. */
function keySegments(segments: unknown, reader: RowReader): [string, Omit<KeySegment, "key">][] {
  if (isFields(segments))
    return Object.entries(segments).map(([name, keys]) => [
      name,
      { keys: isFields(keys) ? keys["added"] : keys, place: at("/segments", name) },
    ]);
  return [...reader.list("segment", segments, "/segments", "name")].map(([name, { fields, place }]) => [
    name,
    { keys: fields["added"], place },
  ]);
}
