import type { JSX } from "preact";
import type { Explanation, Replay, ReplayedChange } from "../../../../sdk/client/contract.ts";
import { href } from "../../state/route.ts";
import { Instant } from "./instant.tsx";
import { subjectText } from "../audit/change.ts";

const VERBS: Record<ReplayedChange["action"], string> = { create: "created", update: "changed", delete: "deleted" };

/** Which version and change were in force in a replay, and whether the result of today is the same. */
export function ReplayView({ version, replay }: { version: Explanation["version"]; replay: Replay }): JSX.Element {
  const { at, versionMadeAt, change, today } = replay;
  const isFuture = Date.parse(at) > Date.now();
  return (
    <div class="banner" role="group" aria-label="Replay">
      <p>
        At <Instant at={at} />,{" "}
        {isFuture
          ? `version ${version} will still be in force if nobody changes it.`
          : at === versionMadeAt
            ? `version ${version} was made.`
            : `version ${version} was in force.`}
        {at !== versionMadeAt && (
          <>
            {" "}
            It was made at <Instant at={versionMadeAt} />.
          </>
        )}
      </p>
      <p>{change === null ? "The audit log no longer has the change in force." : <LastChange {...change} />}</p>
      <p>
        <strong>{todayText(today)}</strong>
      </p>
    </div>
  );
}

function LastChange(change: ReplayedChange): JSX.Element {
  const { actorName, action, key, at, note } = change;
  return (
    <>
      The change in force: {actorName} {VERBS[action]} the <a href={href(["audit"], { key })}>{subjectText(change)}</a>{" "}
      at <Instant at={at} />
      {note === null ? ", without a note." : `: “${note}”`}
    </>
  );
}

function todayText({ isSame, resolution }: Replay["today"]): string {
  if (isSame) return "The result of today is the same.";
  if (resolution === null) return "Today, the flag does not exist.";
  const { reason, variant, value, errorCode } = resolution;
  const name = reason === "ERROR" ? `an error, ${String(errorCode)}` : variant;
  const shown = value === undefined ? "" : `, ${JSON.stringify(value)}`;
  return `The result of today is different: ${typeof name === "string" ? name : "the code default"}${shown} (${String(reason)}).`;
}
