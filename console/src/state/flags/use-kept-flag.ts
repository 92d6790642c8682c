/** Keeps the draft of a flag in this tab, and takes newer versions after an Undo. */
import { computed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { ApiError } from "../../../../sdk/client/client.ts";
import { client } from "../session.ts";
import { notifyFailure } from "../notices.ts";
import { useUndone } from "../undone.ts";
import { useKeptDraft } from "../drafts/use-kept-draft.ts";
import type { Editing } from "./flag-editing.ts";

/** Calls `onGone` if an Undo has deleted or archived the flag, so that there is nothing left to edit. */
export function useKeptFlag(editing: Editing, onGone: (() => void) | undefined): void {
  const { environment, stored, edited, restore, discard } = editing;
  const key = stored.peek()?.key;
  const base = useMemo(() => computed(() => (stored.value === undefined ? undefined : editing.base.value)), [editing]);
  const isChanged = useMemo(() => computed(() => editing.changes.value.length > 0), [editing]);
  const id = { entity: "flag" as const, environment, key };
  useKeptDraft({ id, base, edited, isChanged, restore, discard }, [editing]);
  useUndone(() => void readAgain(editing, onGone));
}

async function readAgain({ environment, stored, adopt }: Editing, onGone: (() => void) | undefined): Promise<void> {
  const key = stored.peek()?.key;
  if (key === undefined) return;
  try {
    adopt((await client.call("getFlag", { path: { env: environment, key } })).body);
  } catch (error) {
    if (onGone !== undefined && error instanceof ApiError && error.status === 404) onGone();
    else notifyFailure(`Could not load ${key} again`, error);
  }
}
