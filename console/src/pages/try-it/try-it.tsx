import type { JSX } from "preact";
import { loadCode } from "../../state/load-code.ts";
import { useResource } from "../../state/resource.ts";
import { go, href, route } from "../../state/route.ts";
import { readKeys } from "../../state/try-it/all-flags.ts";
import { Loaded } from "../../ui/states.tsx";

/** Evaluates one flag, or all of them if none is chosen. */
export function TryItPage({ environment, flagKey }: { environment: string; flagKey: string | undefined }): JSX.Element {
  // The keys are only suggestions, so the page does not wait for them.
  const known = useResource(() => readKeys(environment), [environment]).data.value;
  const code = useResource(() => loadCode(() => import("./panels.ts")), []);
  return (
    <>
      <header class="page">
        <h1>Try it</h1>
        {flagKey !== undefined && <a href={href(["flags", flagKey])}>Open flag</a>}
      </header>
      <label class="field choose">
        <span>Flag</span>
        <input
          list="flags-to-try"
          value={flagKey ?? ""}
          placeholder="All flags, or enter a flag key"
          onChange={(event) => {
            const key = event.currentTarget.value.trim();
            // The rest of the question stays.
            go(key === "" ? ["try"] : ["try", key], route.peek().query);
          }}
        />
      </label>
      <datalist id="flags-to-try">
        {known?.map((key) => (
          <option key={key} value={key} />
        ))}
      </datalist>
      <Loaded of={code}>
        {({ AllFlags, Evaluate }) =>
          flagKey === undefined ? (
            <AllFlags key={environment} environment={environment} />
          ) : (
            <Evaluate key={`${environment}/${flagKey}`} environment={environment} flagKey={flagKey} />
          )
        }
      </Loaded>
    </>
  );
}
