/** The documents that `flipt export` writes, and that Flipt stores: `features.yaml`. Each is about one namespace. */
import { at, fieldsOf, partsOf, type Placed, textOf } from "../../lowering/source.ts";

export interface FliptSource {
  flags: Placed[];
  segments: Placed[];
  /** The reason why nothing can be imported. */
  problem: string | undefined;
}

/** Reads one document or a list of them. `namespace` chooses those of one namespace. */
export function readSource(input: unknown, namespace: string | undefined): FliptSource {
  const documents = documentsOf(input);
  const names = [...new Set(documents.map(namespaceOf))];
  const chosen = namespace ?? (names.length === 1 ? names[0] : undefined);
  const isKnown = chosen !== undefined && names.includes(chosen);
  const read = isKnown ? documents.filter((one) => namespaceOf(one) === chosen) : documents;
  return {
    flags: read.flatMap((document) => partsOf(document, "flags")),
    segments: read.flatMap((document) => partsOf(document, "segments")),
    problem: isKnown ? undefined : `name one of its namespaces with --source-environment: ${names.join(", ")}`,
  };
}

function documentsOf(input: unknown): Placed[] {
  if (!Array.isArray(input)) return [{ fields: fieldsOf(input), place: "" }];
  return input.map((document, i) => ({ fields: fieldsOf(document), place: at("", i) }));
}

/** A namespace is a key, or an object with a key. */
function namespaceOf({ fields: { namespace } }: Placed): string {
  return textOf(namespace) ?? textOf(fieldsOf(namespace)["key"]) ?? "default";
}
