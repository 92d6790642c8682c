import type { JSX } from "preact";
import type { Difference } from "../../../sdk/client/differences.ts";

/** What changed, field by field. */
export function DifferenceList({ differences }: { differences: readonly Difference[] }): JSX.Element {
  if (differences.length === 0) return <p class="hint">Nothing differs.</p>;
  return (
    <dl class="differences">
      {differences.map(({ pointer, before, after }) => (
        <div key={pointer}>
          <dt>
            <code>{pointer || "/"}</code>
          </dt>
          {before !== undefined && (
            <dd>
              <del>{JSON.stringify(before)}</del>
            </dd>
          )}
          {after !== undefined && (
            <dd>
              <ins>{JSON.stringify(after)}</ins>
            </dd>
          )}
        </div>
      ))}
    </dl>
  );
}
