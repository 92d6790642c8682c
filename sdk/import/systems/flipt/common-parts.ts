import type { Notes } from "../../lowering/draft.ts";
import { at, fieldsOf, type Placed, textOf } from "../../lowering/source.ts";
import type { FlagInput } from "../../types.ts";

/** Returns the parts that flags of both types have. Burgee has no names of flags, so a name begins the description. */
export function commonParts(
  { fields, place }: Placed,
  notes?: Notes,
): Pick<FlagInput, "kind" | "description" | "clientVisible" | "metadata" | "prerequisites"> {
  const key = textOf(fields["key"]);
  const name = textOf(fields["name"]);
  const description = [name === key ? undefined : name, textOf(fields["description"])].filter(Boolean).join(": ");
  return {
    kind: "flag",
    description,
    clientVisible: false,
    metadata: metadataOf({ fields: fieldsOf(fields["metadata"]), place: at(place, "metadata") }, notes),
    prerequisites: [],
  };
}

/** Metadata in Burgee is text, booleans, and whole numbers of 32 bits. */
function metadataOf({ fields, place }: Placed, notes: Notes | undefined): FlagInput["metadata"] {
  const kept: FlagInput["metadata"] = {};
  for (const [name, value] of Object.entries(fields)) {
    const isKept =
      typeof value === "string" || typeof value === "boolean" || (typeof value === "number" && value === (value | 0));
    if (isKept) kept[name] = value;
    else notes?.note(at(place, name), "metadata is text, true, false or a 32-bit whole number here; this is left out");
  }
  return kept;
}
