import type { JSX } from "preact";
import { lazy } from "../../ui/lazy.tsx";

const CreateFlag = lazy(async () => (await import("./create-flag.tsx")).CreateFlag);

/** The page that creates a flag. */
export function CreateFlagPage({ environment }: { environment: string }): JSX.Element {
  return (
    <>
      <header class="page">
        <h1>New flag</h1>
      </header>
      <CreateFlag environment={environment} />
    </>
  );
}
