import type { JSX } from "preact";
import { timeText } from "../../../../sdk/words/time.ts";
import { LOCAL_ZONE } from "../../state/wording.ts";
import { utcText } from "../../ui/fields/local-instant.ts";

/** A time in the zone of the browser, with UTC beside it. */
export function Instant({ at }: { at: string }): JSX.Element {
  return (
    <time dateTime={at}>
      {timeText(at, LOCAL_ZONE)} ({utcText(at)})
    </time>
  );
}
