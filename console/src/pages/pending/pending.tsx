import type { JSX } from "preact";
import { lazy } from "../../ui/lazy.tsx";

const UpcomingList = lazy(async () => (await import("./upcoming-list.tsx")).UpcomingList);

/** The page with everything that will happen by itself. */
export function PendingPage({ environment }: { environment: string }): JSX.Element {
  return (
    <>
      <header class="page">
        <h1>Pending</h1>
      </header>
      <UpcomingList environment={environment} />
    </>
  );
}
