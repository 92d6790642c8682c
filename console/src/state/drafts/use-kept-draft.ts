/** Keeps the draft of the page that is open, and brings it back when the page opens again. */
import { effect, type ReadonlySignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { isSame } from "../../../../sdk/client/differences.ts";
import { merge } from "../merge/merge.ts";
import { resolve } from "../merge/resolve.ts";
import { dismiss, notify } from "../notices.ts";
import { isReadOnly } from "../session.ts";
import { clockText } from "../wording.ts";
import { type DraftId, dropDraft, keepDraft, keptDraft } from "./kept-drafts.ts";
import { tabStorage } from "../storage.ts";

/** A page that edits a document. */
export interface Edited<T extends object> {
  id: DraftId;
  /** The stored document, as a draft of it is sent; `undefined` if it is new. */
  base: ReadonlySignal<T | undefined>;
  edited: ReadonlySignal<T>;
  isChanged: ReadonlySignal<boolean>;
  /** Replaces the draft. */
  restore(draft: T): void;
  discard(): void;
}

/** Keeps the draft of a page in this tab. */
export function useKeptDraft<T extends object>(page: Edited<T>, dependencies: readonly unknown[]): void {
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the caller lists the dependencies
  useEffect(() => {
    let notice: number | undefined;
    let isOpen = true;
    let stop: (() => void) | undefined;
    void bringBack(page, () => isOpen).then((shown) => {
      notice = shown;
      if (isOpen) stop = effect(() => keep(page, (id) => id !== undefined && dismiss(id), notice));
      else if (shown !== undefined) dismiss(shown);
    });
    addEventListener("pagehide", commitTyped);
    return () => {
      removeEventListener("pagehide", commitTyped);
      isOpen = false;
      stop?.();
      if (notice !== undefined) dismiss(notice);
    };
  }, dependencies);
}

/** Names take effect when their field loses the focus, which a reload does not do. */
function commitTyped(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}

/** Keeps the draft while it has changes, and forgets it when it is saved or discarded. */
function keep<T extends object>(
  { id, base, edited, isChanged }: Edited<T>,
  end: (notice: number | undefined) => void,
  notice: number | undefined,
): void {
  const draft = { at: Date.now(), base: base.value, edited: edited.value };
  if (isChanged.value) {
    keepDraft(tabStorage, id, draft);
  } else {
    dropDraft(tabStorage, id);
    end(notice);
  }
}

/** Restores the kept draft. If the stored document has changed since, both changes are merged. Returns the notice. */
async function bringBack<T extends object>(page: Edited<T>, isOpen: () => boolean): Promise<number | undefined> {
  const kept = isReadOnly.peek() ? undefined : keptDraft(tabStorage, page.id);
  if (kept === undefined) return undefined;
  const [from, mine, now] = [kept.base as T | undefined, kept.edited as T, page.base.peek()];
  let draft = mine;
  if (from !== undefined && now !== undefined && !isSame(from, now)) {
    const sides = { base: from, mine, theirs: now };
    const resolved = await resolve(page.id.key ?? "", sides);
    draft = resolved?.merged ?? merge(from, mine, now).merged;
  }
  if (!isOpen()) return undefined;
  page.restore(draft);
  if (!page.isChanged.peek()) return undefined;
  const time = clockText(kept.at);
  const action = { label: "Discard", run: () => page.discard() };
  return notify(`Your unsaved changes from ${time} are back`, "done", { action, isLasting: true });
}
