import { effect } from "@preact/signals";
import { isInterrupted, isSignedIn } from "../session.ts";

/** Returns a function that makes one thing for each environment, and has the same one until the person signs out. */
export function perEnvironment<T>(make: (environment: string) => T): (environment: string) => T {
  const made = new Map<string, T>();
  effect(() => {
    // Another person may sign in next.
    if (!isSignedIn.value && !isInterrupted.value) made.clear();
  });
  return (environment) => {
    const found = made.get(environment) ?? make(environment);
    made.set(environment, found);
    return found;
  };
}
