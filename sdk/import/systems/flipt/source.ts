/** The documents that `flipt export` writes, and that Flipt stores: `features.yaml`. Each is about one namespace. */
import { RowReader } from "../../lowering/rows.ts";
import { kindOf, type Shape } from "../../lowering/shape.ts";
import { at, fieldsOf, isFields, type Placed, textOf } from "../../lowering/source.ts";
import type { ReportEntry } from "../../types.ts";

export interface FliptSource {
  flags: ReadonlyMap<string, Placed>;
  segments: ReadonlyMap<string, Placed>;
  refused: readonly ReportEntry[];
  /** The reason why nothing can be imported. */
  problem: string | undefined;
}

export const FLAG_SHAPE: Shape = {
  fields: {
    name: "text",
    description: "text",
    enabled: "boolean",
    metadata: { named: "any" },
    variants: {
      list: { fields: { key: "text", name: "text", description: "text", default: "boolean" }, needs: ["key"] },
    },
    rules: {
      list: { fields: { distributions: { list: { fields: { variant: "text", rollout: "number" } } } } },
    },
    rollouts: {
      list: {
        fields: { description: "text", threshold: { fields: { percentage: "number", value: "boolean" } } },
      },
    },
  },
};

export const SEGMENT_SHAPE: Shape = {
  fields: {
    name: "text",
    description: "text",
    match_type: "text",
    constraints: {
      list: { fields: { type: "text", property: "text", operator: "text", description: "text" }, needs: ["operator"] },
    },
  },
};

/** Reads one document or a list of them. `namespace` chooses those of one namespace. */
export function readSource(input: unknown, namespace: string | undefined): FliptSource {
  const reader = new RowReader();
  const documents = documentsOf(input, reader);
  const names = [...new Set(documents.map(namespaceOf))];
  const chosen = namespace ?? (names.length === 1 ? names[0] : undefined);
  const isKnown = chosen !== undefined && names.includes(chosen);
  const read = isKnown ? documents.filter((one) => namespaceOf(one) === chosen) : documents;
  return {
    flags: rowsOf("flag", "flags", read, reader),
    segments: rowsOf("segment", "segments", read, reader),
    refused: reader.refused,
    problem: isKnown ? undefined : `choose one of its namespaces with --source-environment: ${names.join(", ")}`,
  };
}

/** Of several rows with one key, also in different documents, the last counts. */
function rowsOf(
  kind: "flag" | "segment",
  field: string,
  documents: readonly Placed[],
  reader: RowReader,
): Map<string, Placed> {
  const rows = new Map<string, Placed>();
  for (const { fields, place } of documents)
    for (const [key, row] of reader.list(kind, fields[field], at(place, field), "key")) {
      const other = rows.get(key);
      if (other !== undefined) reader.refuse(kind, key, other.place, `${row.place} has the same key, and replaces it`);
      rows.set(key, row);
    }
  return rows;
}

function documentsOf(input: unknown, reader: RowReader): Placed[] {
  if (!Array.isArray(input)) return [{ fields: fieldsOf(input), place: "" }];
  return input.flatMap((document: unknown, i): Placed[] => {
    if (isFields(document)) return [{ fields: document, place: at("", i) }];
    reader.refuse("flag", "", at("", i), `it is ${kindOf(document)}, not an object`);
    return [];
  });
}

/** A namespace is a key, or an object with a key. */
function namespaceOf({ fields: { namespace } }: Placed): string {
  return textOf(namespace) ?? textOf(fieldsOf(namespace)["key"]) ?? "default";
}
