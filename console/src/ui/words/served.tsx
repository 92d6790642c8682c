import type { JSX } from "preact";
import type { Flag } from "../../../../sdk/client/contract.ts";
import { servedText } from "../../../../sdk/words/served.ts";
import { wordingOf } from "../../state/wording.ts";

/** The sentences for the outcome of a flag now, and for its next change. */
export function Served({ flag }: { flag: Flag }): JSX.Element {
  const { now, later } = servedText(flag, Date.now(), wordingOf(flag.key));
  return (
    <dl class="served">
      <div>
        <dt>Now</dt>
        <dd>{now}</dd>
      </div>
      {later !== undefined && (
        <div>
          <dt>Next change</dt>
          <dd>{later}</dd>
        </div>
      )}
    </dl>
  );
}
