import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { FlagLifecycle } from "../../../../../sdk/client/contract.ts";
import { STEP_MS } from "../../../state/flags/usage-view.ts";
import { useResource } from "../../../state/resource.ts";
import { client } from "../../../state/session.ts";
import { Icon } from "../../../ui/kit/icon.tsx";
import * as icons from "../../../ui/kit/icons.ts";
import { Time } from "../../../ui/time.tsx";

/** The state of the flag's life in an environment, with the reason as its title. */
export function LifeState({ known }: { known: FlagLifecycle["environments"][number] | undefined }): JSX.Element | null {
  if (known === undefined) return null;
  const { name, reason } = known.state;
  return (
    <span class={`tag state ${name}`} title={reason}>
      {name.replace("-", " ")}
      <span class="visually-hidden">: {reason}</span>
    </span>
  );
}

/** When the flag was last evaluated in an environment. It is read again when the person comes back to the page. */
export function LastEvaluated({ environment, flagKey }: { environment: string; flagKey: string }): JSX.Element | null {
  const last = useResource(() => readLast(environment, flagKey), [environment, flagKey]);
  useEffect(() => {
    const read = (): void => void (document.visibilityState === "visible" && last.reload());
    document.addEventListener("visibilitychange", read);
    return () => document.removeEventListener("visibilitychange", read);
  }, [last]);
  const at = last.data.value;
  if (at === undefined) return null;
  return (
    <span>
      <Icon of={icons.time} /> {at === null ? "Never evaluated" : <Evaluated at={at} />}
    </span>
  );
}

function Evaluated({ at }: { at: string }): JSX.Element {
  return (
    <>
      Evaluated <Time at={at} />
    </>
  );
}

/** The counts of the flag know evaluations that the lists learn about a minute later. */
async function readLast(environment: string, key: string): Promise<string | null> {
  const from = new Date(Math.floor(Date.now() / STEP_MS.hour) * STEP_MS.hour).toISOString();
  const query = { from, step: "hour" } as const;
  return (await client.call("getFlagUsage", { path: { env: environment, key }, query })).body.lastEvaluatedAt;
}
