import type { JSX } from "preact";
import { loadCode } from "../../state/load-code.ts";
import { useResource } from "../../state/resource.ts";
import { Loaded } from "../../ui/states.tsx";

/** The Import page. Its code loads when it opens, because the importers are larger than all other pages together. */
export function ImportPage({ environment }: { environment: string }): JSX.Element {
  const code = useResource(() => loadCode(() => import("./importing.tsx")), []);
  return (
    <>
      <header class="page">
        <h1>Import</h1>
      </header>
      <Loaded of={code}>{({ Importing }) => <Importing environment={environment} />}</Loaded>
    </>
  );
}
