import type { JSX } from "preact";
import type { FlagLifecycle } from "../../../../../sdk/client/contract.ts";
import { Icon } from "../../../ui/kit/icon.tsx";
import * as icons from "../../../ui/kit/icons.ts";
import { Time } from "../../../ui/time.tsx";

type Known = FlagLifecycle["environments"][number];

/** The state of the flag's life in this environment, with the reason as its title, and when it was last evaluated. */
export function LifeState({ known }: { known: Known | undefined }): JSX.Element | null {
  if (known === undefined) return null;
  const { state, lastUsedAt, lastRequestedAt } = known;
  const last = [lastUsedAt, lastRequestedAt]
    .filter((at) => at !== null)
    .toSorted()
    .at(-1);
  return (
    <>
      <span class={`tag state ${state.name}`} title={state.reason}>
        {state.name.replace("-", " ")}
        <span class="visually-hidden">: {state.reason}</span>
      </span>
      <span>
        <Icon of={icons.time} /> {last === undefined ? "Never evaluated" : <LastEvaluated at={last} />}
      </span>
    </>
  );
}

function LastEvaluated({ at }: { at: string }): JSX.Element {
  return (
    <>
      Evaluated <Time at={at} />
    </>
  );
}
