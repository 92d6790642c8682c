import { useEffect, useRef } from "preact/hooks";
import { guardLeaving } from "../state/route.ts";
import { confirm } from "./confirm.tsx";

/** Asks before the person leaves a page and loses something. `loss` says what will be lost, as a sentence. */
export function useLeaveGuard(isDirty: () => boolean, loss: () => string): void {
  const latest = useRef({ isDirty, loss });
  latest.current = { isDirty, loss };
  useEffect(() => {
    const onUnload = (event: BeforeUnloadEvent): void => {
      if (latest.current.isDirty()) event.preventDefault();
    };
    addEventListener("beforeunload", onUnload);
    guardLeaving(async () => !latest.current.isDirty() || (await askToLeave(latest.current.loss())));
    return () => {
      removeEventListener("beforeunload", onUnload);
      guardLeaving(undefined);
    };
  }, []);
}

/** Returns the sentence that says what becomes of the unsaved changes to `name`. */
export function unsavedChangesTo(name: string): string {
  return `Your unsaved changes to ${name} stay in this tab until you come back. Closing the tab or signing out removes them.`;
}

function askToLeave(detail: string): Promise<boolean> {
  return confirm({ title: "Leave without saving?", detail, action: "Leave", isDestructive: true });
}
