/** Tells the open page that an Undo changed something outside it, so that it reads that again. */
import { useEffect, useRef } from "preact/hooks";

type Listener = () => void;

const listeners = new Set<Listener>();

/** Tells all open pages. */
export function announceUndo(): void {
  for (const listener of listeners) listener();
}

/** Calls `listener` after each Undo while the component is on the page. */
export function useUndone(listener: Listener): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const call = (): void => latest.current();
    listeners.add(call);
    return () => void listeners.delete(call);
  }, []);
}
