/** The way from the flag as it is now to a state in its audit log. */
import type { AuditChange, Flag } from "../../../../../sdk/client/contract.ts";
import { DEFINITION_FIELDS } from "../../../../../sdk/project/definition-fields.ts";
import { draftOf, flagOf } from "../flag-draft.ts";
import { isSame } from "../../../../../sdk/client/differences.ts";
import { merge } from "../../merge/merge.ts";

/** The fields of a flag. A field that is not set is missing. */
type Fields = Readonly<Record<string, unknown>>;

const FIELDS: readonly string[] = [
  ...DEFINITION_FIELDS,
  "enabled",
  "offVariant",
  "default",
  "rules",
  "prerequisites",
] satisfies readonly (keyof Flag)[];

/** One write to the flag: its configuration, its definition, or both. `undefined` if there was nothing. */
export interface FlagChange {
  before: Fields | undefined;
  after: Fields | undefined;
}

/** Returns the change that a write made to the flag, or `undefined` if it changed nothing that can be edited. */
export function flagChangeOf(changes: readonly AuditChange[]): FlagChange | undefined {
  const own = changes.filter(({ entity }) => entity === "configuration" || entity === "flag");
  const before = own.flatMap((one) => (one.before === null ? [] : [fieldsOf(one.before)]));
  const after = own.flatMap((one) => (one.after === null ? [] : [fieldsOf(one.after)]));
  const change = { before: joined(before), after: joined(after) };
  return isSame(change.before, change.after) ? undefined : change;
}

function joined(parts: readonly Fields[]): Fields | undefined {
  return parts.length === 0 ? undefined : Object.assign({}, ...parts);
}

/** Returns the editable fields of a flag, or of a state in the audit log, without those that are not set. */
function fieldsOf(document: object): Fields {
  const entries = Object.entries(document).filter(([name, value]) => FIELDS.includes(name) && value !== null);
  return Object.fromEntries(entries);
}

/** Returns the flag with the change undone, and the fields that changed again later and stay as they are. */
export function undo(flag: Flag, { before, after }: FlagChange): { flag: Flag; conflicts: string[] } {
  const whole = flagOf(draftOf(flag));
  const { merged, conflicts } = merge(after ?? {}, before ?? {}, fieldsOf(whole), () => "theirs");
  return { flag: flagWith(whole, merged), conflicts: conflicts.map(({ pointer }) => pointer) };
}

/** Returns the flag with all fields of a past state. Other fields stay. */
export function restored(flag: Flag, change: FlagChange): Flag {
  const state = change.after ?? change.before ?? {};
  // Fields that were not set then are part of the state, if it has their half of the flag.
  const isPart = (name: string): boolean =>
    (DEFINITION_FIELDS as readonly string[]).includes(name) ? "variants" in state : "default" in state;
  const whole = flagOf(draftOf(flag));
  const kept = Object.entries(fieldsOf(whole)).filter(([name]) => !isPart(name));
  return flagWith(whole, { ...Object.fromEntries(kept), ...state });
}

/** Returns the flag with these fields only. A field that is not set is `null`, which removes it. */
function flagWith(flag: Flag, fields: Fields): Flag {
  const now = flag as unknown as Fields;
  const removed = FIELDS.filter((name) => now[name] !== undefined && !(name in fields));
  const emptied = removed.map((name) => [name, EMPTY[name] ?? null]);
  return { ...flag, ...Object.fromEntries(emptied), ...fields };
}

/** The values that stand for nothing in fields that cannot be `null`. */
const EMPTY: Fields = { owner: "", description: "", tags: [], rules: [], prerequisites: [], metadata: {} };

/** Whether saving the second flag would change the first. */
export function isSameFlag(one: Flag, other: Flag): boolean {
  return isSame(flagOf(draftOf(one)), flagOf(draftOf(other)));
}
