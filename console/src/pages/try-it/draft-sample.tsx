import type { JSX } from "preact";
import { useId } from "preact/hooks";
import type { Sampled } from "../../../../sdk/client/contract.ts";
import { variantText } from "../../../../sdk/words/names.ts";
import { SplitBar } from "../../ui/plots/split-bar.tsx";

/** How many of the sampled users a draft changes, and to which variant. */
export function DraftSample({
  sampled: { count, outcomes, draft },
  variants,
}: {
  sampled: Sampled;
  /** The variants of both, so that each keeps its colour. */
  variants: readonly string[];
}): JSX.Element | null {
  const id = useId();
  if (draft === undefined) return null;
  const changed = draft.changes.reduce((sum, one) => sum + one.count, 0);
  const parts = (of: Sampled["outcomes"]) =>
    [...variants, null].map((variant) => ({
      name: variant ?? "code default",
      count: of.filter((one) => one.variant === variant).reduce((sum, one) => sum + one.count, 0),
    }));
  return (
    <section class="card stack" aria-labelledby={id}>
      <h3 id={id}>
        {changed === 0
          ? `None of ${count.toLocaleString("en")} generated users changes`
          : `${changed.toLocaleString("en")} of ${count.toLocaleString("en")} generated users change`}
      </h3>
      {draft.changes.length > 0 && (
        <ul>
          {draft.changes.map(({ before, after, count: users }) => (
            <li key={`${before} ${after}`}>
              {users.toLocaleString("en")} {users === 1 ? "user gets" : "users get"}{" "}
              {before === after
                ? `another value of ${variantText(after)}`
                : `${variantText(after)} instead of ${variantText(before)}`}
            </li>
          ))}
        </ul>
      )}
      <h4>Stored flag</h4>
      <SplitBar parts={parts(outcomes)} />
      <h4>Draft</h4>
      <SplitBar parts={parts(draft.outcomes)} />
    </section>
  );
}
