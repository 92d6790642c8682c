import type { JSX } from "preact";
import { shortJson } from "../../../src/flags/hashes/short-json.ts";
import type { Difference } from "../../../sdk/client/differences.ts";

/** The changed fields, each with its old and new value. */
export function DifferenceList({ differences }: { differences: readonly Difference[] }): JSX.Element {
  if (differences.length === 0) return <p class="hint">No changes.</p>;
  return (
    <dl class="differences">
      {differences.map(({ pointer, before, after }) => (
        <div key={pointer}>
          <dt>
            <code>{pointer || "/"}</code>
          </dt>
          {before !== undefined && (
            <dd>
              <del>{shortJson(before, pointer)}</del>
            </dd>
          )}
          {after !== undefined && (
            <dd>
              <ins>{shortJson(after, pointer)}</ins>
            </dd>
          )}
        </div>
      ))}
    </dl>
  );
}

/** The changed fields in a dialog, as a region that scrolls if there are many. */
export function ReviewedDifferences({ differences }: { differences: readonly Difference[] }): JSX.Element {
  return (
    <div class="review" role="region" aria-label="Changes" tabIndex={0}>
      <DifferenceList differences={differences} />
    </div>
  );
}
