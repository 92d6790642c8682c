import type { Condition } from "../../../../sdk/client/contract.ts";
import type { Known } from "./condition.ts";

/** Ids of the datalists with suggested names. */
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
  /** Removes the condition from its group. `undefined` if it cannot be removed. */
  onRemove?: (() => void) | undefined;
}
