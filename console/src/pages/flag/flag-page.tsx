import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { ApiError } from "../../../../sdk/client/client.ts";
import { rememberVisit } from "../../state/flags/kept/favourites.ts";
import { useResource } from "../../state/resource.ts";
import { go } from "../../state/route.ts";
import { client } from "../../state/session.ts";
import { useUndone } from "../../state/undone.ts";
import { Loaded } from "../../ui/states.tsx";
import { Editor } from "./editor.tsx";
import { NotHere } from "./not-here.tsx";

/** One flag in this environment. */
export function FlagPage({ environment, flagKey }: { environment: string; flagKey: string }): JSX.Element {
  const flag = useResource(() => readFlag(environment, flagKey), [environment, flagKey]);
  const isHere = flag.data.value != null;
  useEffect(() => {
    if (isHere) rememberVisit(flagKey);
  }, [flagKey, isHere]);
  // An editor takes the new version itself, because it has a draft.
  useUndone(() => flag.data.peek() === null && void flag.reload());
  return (
    <Loaded of={flag}>
      {(stored) =>
        stored === null ? (
          <NotHere
            environment={environment}
            flagKey={flagKey}
            onCreated={flag.set}
            onRestored={() => void flag.reload()}
          />
        ) : (
          <Editor key={flagKey} environment={environment} flag={stored} onGone={() => flag.set(null)} />
        )
      }
    </Loaded>
  );
}

export function NewFlagPage({ environment }: { environment: string }): JSX.Element {
  return <Editor environment={environment} flag={undefined} onCreated={({ key }) => go(["flags", key])} />;
}

/** Returns `null` if the environment does not have the flag. */
async function readFlag(environment: string, key: string) {
  try {
    return (await client.call("getFlag", { path: { env: environment, key } })).body;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}
