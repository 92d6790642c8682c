import type { JSX } from "preact";
import { useResource } from "../../state/resource.ts";
import { Loaded } from "../../ui/states.tsx";

/** The Import page. Its code loads when it opens, because the importers are larger than all other pages together. */
export function ImportPage({ environment }: { environment: string }): JSX.Element {
  const code = useResource(loadImporting, []);
  return (
    <>
      <header class="page">
        <h1>Import</h1>
      </header>
      <Loaded of={code}>{({ Importing }) => <Importing environment={environment} />}</Loaded>
    </>
  );
}

async function loadImporting() {
  try {
    return await import("./importing.tsx");
  } catch (error) {
    // After a deployment, the files of the previous build are gone.
    throw new Error("This page could not be loaded. Reload it in your browser.", { cause: error });
  }
}
