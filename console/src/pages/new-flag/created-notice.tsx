import type { JSX } from "preact";
import { listText } from "../../../../sdk/words/names.ts";
import { servedText } from "../../../../sdk/words/served.ts";
import { type CreatedFlag, createdFlag, undoCreation } from "../../state/new-flag/create-everywhere.ts";
import { go } from "../../state/route.ts";
import { wordingOf } from "../../state/wording.ts";
import { RemoveButton } from "../../ui/remove-button.tsx";

/** Says after a flag was created where it exists, who reads it, and where it is on. */
export function CreatedNotice({ flagKey }: { flagKey: string }): JSX.Element | null {
  const created = createdFlag.value;
  if (created === undefined || created.flag.key !== flagKey) return null;
  return (
    <div class="banner created" role="status">
      <p>{createdText(created, Date.now())}</p>
      <button
        type="button"
        class="quiet"
        onClick={() => void undoCreation(created).then((isUndone) => isUndone && go(["flags"]))}
      >
        Undo
      </button>
      <RemoveButton label="Dismiss" onRemove={() => (createdFlag.value = undefined)} />
    </div>
  );
}

function createdText({ flag, environment, others, failures }: CreatedFlag, now: number): string {
  const where = listText([environment, ...others], "and");
  const readers = flag.clientVisible === true ? "Browsers and apps see it" : "Only servers see it; browsers do not";
  const rest = others.length === 0 ? "" : ` It is off in ${listText(others, "and")}.`;
  const state = flag.enabled
    ? `It is on in ${environment}: ${servedText(flag, now, wordingOf(flag.key)).now}.${rest}`
    : `It is off${others.length === 0 ? "" : " everywhere"}.`;
  const failed = failures.map((one) => ` It could not be created in ${one.environment}: ${one.reason}.`).join("");
  return `${flag.key} now exists in ${where}. ${readers}. ${state}${failed}`;
}
