/** Keeps the draft of a flag in this tab, and takes newer versions after an Undo. */
import { computed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { client } from "../session.ts";
import { notifyFailure } from "../notices.ts";
import { useUndone } from "../undone.ts";
import { useKeptDraft } from "../drafts/use-kept-draft.ts";
import type { Editing } from "./flag-editing.ts";

export function useKeptFlag(editing: Editing): void {
  const { environment, stored, edited, restore, discard } = editing;
  const key = stored.peek()?.key;
  const base = useMemo(() => computed(() => (stored.value === undefined ? undefined : editing.base.value)), [editing]);
  const isChanged = useMemo(() => computed(() => editing.changes.value.length > 0), [editing]);
  const id = { entity: "flag" as const, environment, key };
  useKeptDraft({ id, base, edited, isChanged, restore, discard }, [editing]);
  useUndone(() => void readAgain(editing));
}

async function readAgain({ environment, stored, adopt }: Editing): Promise<void> {
  const key = stored.peek()?.key;
  if (key === undefined) return;
  try {
    adopt((await client.call("getFlag", { path: { env: environment, key } })).body);
  } catch (error) {
    notifyFailure(`Could not load ${key} again`, error);
  }
}
