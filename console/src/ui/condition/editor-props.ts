import type { Condition } from "../../../../sdk/client/contract.ts";
import type { Known } from "./condition.ts";

/** Ids of the lists of names to suggest. */
export interface ListIds {
  attributes: string;
  flags: string;
}

export interface EditorProps<C = Condition> {
  condition: C;
  onChange: (condition: Condition) => void;
  pointer: string;
  known: Known;
  lists: ListIds;
  /** Takes it out of its group; absent where it cannot be. */
  onRemove?: (() => void) | undefined;
}
