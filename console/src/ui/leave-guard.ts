import { useEffect, useRef } from "preact/hooks";
import { guardLeaving } from "../state/route.ts";
import { confirm } from "./confirm.tsx";

/** Asks before the person leaves a page with unsaved work. `name` returns the name of the edited object. */
export function useLeaveGuard(isDirty: () => boolean, name: () => string): void {
  const latest = useRef({ isDirty, name });
  latest.current = { isDirty, name };
  useEffect(() => {
    const onUnload = (event: BeforeUnloadEvent): void => {
      if (latest.current.isDirty()) event.preventDefault();
    };
    addEventListener("beforeunload", onUnload);
    guardLeaving(async () => !latest.current.isDirty() || (await askToLeave(latest.current.name())));
    return () => {
      removeEventListener("beforeunload", onUnload);
      guardLeaving(undefined);
    };
  }, []);
}

function askToLeave(name: string): Promise<boolean> {
  return confirm({
    title: "Leave without saving?",
    detail: `Your unsaved changes to ${name} will be lost.`,
    action: "Leave",
  });
}
