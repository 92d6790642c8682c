import type { Notes } from "../../lowering/draft.ts";
import { metadataOf } from "../../lowering/metadata.ts";
import { at, fieldsOf, type Placed, textOf } from "../../lowering/source.ts";
import type { FlagInput } from "../../types.ts";

/** Returns the parts that flags of both types have. Burgee has no names of flags, so a name begins the description. */
export function commonParts(
  { fields, place }: Placed,
  notes: Notes,
): Pick<FlagInput, "kind" | "description" | "clientVisible" | "metadata" | "prerequisites"> {
  const key = textOf(fields["key"]);
  const name = textOf(fields["name"]);
  const description = [name === key ? undefined : name, textOf(fields["description"])].filter(Boolean).join(": ");
  return {
    kind: "flag",
    description,
    clientVisible: false,
    metadata: metadataOf(fieldsOf(fields["metadata"]), at(place, "metadata"), notes),
    prerequisites: [],
  };
}
