import type { JSX } from "preact";
import { useId } from "preact/hooks";
import type { Sampled } from "../../../../sdk/client/contract.ts";
import { SplitBar } from "../../ui/plots/split-bar.tsx";
import { TableHead } from "../../ui/table-head.tsx";

/** The results of a sample: a bar by variant, and a table by variant, reason and rule. */
export function SampleView({
  sampled: { outcomes, count, version },
  variants,
}: {
  sampled: Sampled;
  /** The variants in the order of the flag, so that each keeps its colour. */
  variants: readonly string[];
}): JSX.Element {
  const id = useId();
  const share = (n: number): string => `${Number(((n * 100) / count).toFixed(1))}%`;
  const names = [...variants, null].map((variant) => ({
    name: variant ?? "code default",
    count: outcomes.filter((one) => one.variant === variant).reduce((sum, one) => sum + one.count, 0),
  }));
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>{count.toLocaleString("en")} sampled users</h2>
      <SplitBar parts={names} />
      <table>
        <TableHead columns={["Variant", "Reason", "Rule", "Users"]} />
        <tbody>
          {outcomes.map(({ variant, reason, ruleId, count: n }) => (
            <tr key={`${variant} ${reason} ${ruleId}`}>
              <td>{variant ?? "code default"}</td>
              <td>{reason}</td>
              <td>{ruleId}</td>
              <td>
                {n} ({share(n)})
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="hint">
        Every sample uses the same users, sample-1 to sample-{count}. This one ran at environment version {version}. Its
        percentages can differ from the exact ones by a few points.
      </p>
    </section>
  );
}
