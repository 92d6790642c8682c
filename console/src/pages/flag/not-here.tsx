import type { JSX } from "preact";
import type { DefinitionWithEnvironments, Flag } from "../../../../sdk/client/contract.ts";
import { ApiError } from "../../../../sdk/client/client.ts";
import { configurationOf, definitionOf } from "../../state/flags/copy-configuration.ts";
import { createFlag, restoreArchived } from "../../state/flags/whole-flag.ts";
import { notifyFailure } from "../../state/notices.ts";
import { readIfAllowed, useResource } from "../../state/resource.ts";
import { href } from "../../state/route.ts";
import { client, isReadOnly } from "../../state/session.ts";
import { askReview } from "../../ui/review/review.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";

/** The page of a flag that this environment does not have, or that does not exist at all. */
export function NotHere({
  environment,
  flagKey,
  onCreated,
  onRestored,
}: {
  environment: string;
  flagKey: string;
  onCreated: (flag: Flag) => void;
  onRestored: () => void;
}): JSX.Element {
  const definition = useResource(() => readIfAllowed(() => readDefinition(flagKey)), [flagKey]);
  const copyFrom = async (from: string, known: DefinitionWithEnvironments): Promise<void> => {
    const configuration = known.environments[from];
    if (configuration === undefined) return;
    const detail = `It starts with the configuration of ${from}, and is off.`;
    const title = `Add ${flagKey} to ${environment}?`;
    const flag = { ...definitionOf(known), ...configurationOf(configuration), enabled: false };
    const reviewed = { title, detail, after: flag, environments: [environment], action: "Add flag" };
    const changeClient = await askReview({ ...reviewed, isDangerous: false });
    if (changeClient === undefined) return;
    const created = await createFlag(changeClient, environment, flag, (error) =>
      notifyFailure(`Could not add ${flagKey} to ${environment}`, error),
    );
    if (created !== undefined) onCreated(created);
  };
  const restore = async (): Promise<void> => {
    if (await restoreArchived(flagKey)) onRestored();
  };
  return (
    <>
      <header class="page">
        <h1>{flagKey}</h1>
      </header>
      <Loaded of={definition}>
        {(known) =>
          known === null ? (
            <Empty title={`Flag ${flagKey} does not exist in ${environment}`}>
              <a href={href(["flags"])}>All flags</a>
            </Empty>
          ) : known.archivedAt !== undefined ? (
            <Empty title={`${flagKey} is archived`}>
              <p>It evaluates as not found in every environment, and its configurations are kept.</p>
              {!isReadOnly.value && (
                <button type="button" onClick={() => void restore()}>
                  Restore…
                </button>
              )}
            </Empty>
          ) : (
            <Empty title={`${flagKey} is not in ${environment}`}>
              <p>It exists in {Object.keys(known.environments).join(", ")}.</p>
              {!isReadOnly.value &&
                Object.keys(known.environments).map((from) => (
                  <button key={from} type="button" onClick={() => void copyFrom(from, known)}>
                    Add with the configuration of {from}
                  </button>
                ))}
            </Empty>
          )
        }
      </Loaded>
    </>
  );
}

async function readDefinition(key: string): Promise<DefinitionWithEnvironments | null> {
  try {
    return (await client.call("getDefinition", { path: { key } })).body;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}
