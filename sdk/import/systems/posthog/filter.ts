import type { AttributePath } from "../../../../src/flags/document.ts";
import type { Notes } from "../../lowering/draft.ts";
import type { Fields } from "../../lowering/source.ts";

/** A filter on a property, with the attribute that holds the property. */
export interface Filter {
  attribute: AttributePath;
  property: Fields;
  place: string;
  notes: Notes;
}
