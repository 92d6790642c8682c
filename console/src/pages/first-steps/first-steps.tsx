import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { ListedFlag } from "../../state/flags/flag-filter.ts";
import { firstSteps, isNew, openFirstSteps } from "../../state/first-steps/visibility.ts";
import { isReadOnly } from "../../state/session.ts";
import { lazy } from "../../ui/lazy.tsx";

const Checklist = lazy(async () => (await import("./checklist.tsx")).Checklist);

/** The first steps of a new deployment, until the person hides them. Their code loads only then. */
export function FirstSteps({
  environment,
  flags,
}: {
  environment: string | undefined;
  flags: readonly ListedFlag[];
}): JSX.Element | null {
  const state = firstSteps.value;
  const isShown = !isReadOnly.value && (state === "open" || (state === undefined && isNew(flags)));
  // They stay after the first flags and the first evaluation, until the person has seen that they are done.
  useEffect(() => {
    if (isShown) openFirstSteps();
  }, [isShown]);
  if (!isShown) return null;
  return <Checklist environment={environment} flags={flags} />;
}
