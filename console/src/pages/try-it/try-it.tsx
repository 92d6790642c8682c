import type { JSX } from "preact";
import { allPages } from "../../../../sdk/client/client.ts";
import { loadCode } from "../../state/load-code.ts";
import { useResource } from "../../state/resource.ts";
import { go, href, route } from "../../state/route.ts";
import { client } from "../../state/session.ts";
import { Empty, Loaded } from "../../ui/states.tsx";

/** Chooses a flag and evaluates it. */
export function TryItPage({ environment, flagKey }: { environment: string; flagKey: string | undefined }): JSX.Element {
  // The keys are only suggestions, so the page does not wait for them.
  const known = useResource(async () => {
    const path = { env: environment };
    const flags = await allPages((cursor) => client.call("listFlags", { path, query: { limit: "200", cursor } }));
    return flags.map(({ key }) => key);
  }, [environment]).data.value;
  const code = useResource(() => loadCode(() => import("./evaluate.tsx")), []);
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
          placeholder="Enter or choose a flag key"
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
      {flagKey === undefined ? (
        <Empty title={known?.length === 0 ? "No flags to try yet" : "Choose a flag"}>
          <p>Describe a user, and see which variant they get and why: rule by rule, condition by condition.</p>
        </Empty>
      ) : (
        <Loaded of={code}>
          {({ Evaluate }) => <Evaluate key={`${environment}/${flagKey}`} environment={environment} flagKey={flagKey} />}
        </Loaded>
      )}
    </>
  );
}
