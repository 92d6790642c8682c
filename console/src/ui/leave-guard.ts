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

/** Returns the sentence that says that the unsaved changes to `name` will be lost. */
export function unsavedChangesTo(name: string): string {
  return `Your unsaved changes to ${name} will be lost.`;
}

function askToLeave(detail: string): Promise<boolean> {
  return confirm({ title: "Leave without saving?", detail, action: "Leave", isDestructive: true });
}
