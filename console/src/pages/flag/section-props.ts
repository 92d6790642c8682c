import type { Catalogue } from "../../state/catalogue.ts";
import type { Editing } from "../../state/flags/flag-editing.ts";
import type { ListIds } from "../../ui/condition/editor-props.ts";

/** The props of a section whose fields suggest names from the environment. */
export interface SectionProps {
  editing: Editing;
  catalogue: Catalogue;
  lists: ListIds;
}
