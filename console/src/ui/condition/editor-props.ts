import type { Condition } from "../../../../api-client/contract.ts";
import type { Known } from "./condition.ts";

export interface EditorProps<C = Condition> {
  condition: C;
  onChange: (condition: Condition) => void;
  pointer: string;
  known: Known;
  /** Ids of the lists of names to suggest. */
  lists: { attributes: string; flags: string };
  /** Takes it out of its group; absent where it cannot be. */
  onRemove?: (() => void) | undefined;
}
