import type { JSX } from "preact";
import type { Sampled } from "../../../../sdk/client/contract.ts";
import { SplitBar } from "../../ui/plots/split-bar.tsx";

/** How the sampled subjects split: by variant as a bar, by reason and rule as a table. */
export function SampleView({
  sampled: { outcomes, count, version },
  variants,
}: {
  sampled: Sampled;
  /** In the order of the flag, so that each keeps its colour. */
  variants: readonly string[];
}): JSX.Element {
  const share = (n: number): string => `${Number(((n * 100) / count).toFixed(1))} %`;
  const names = [...variants, null].map((variant) => ({
    name: variant ?? "the caller's default",
    count: outcomes.filter((one) => one.variant === variant).reduce((sum, one) => sum + one.count, 0),
  }));
  return (
    <section class="card" aria-labelledby="sample">
      <h2 id="sample">{count.toLocaleString("en")} sampled subjects</h2>
      <SplitBar parts={names} />
      <table>
        <thead>
          <tr>
            <th scope="col">Variant</th>
            <th scope="col">Reason</th>
            <th scope="col">Rule</th>
            <th scope="col">Subjects</th>
          </tr>
        </thead>
        <tbody>
          {outcomes.map(({ variant, reason, ruleId, count: n }) => (
            <tr key={`${variant} ${reason} ${ruleId}`}>
              <td>{variant ?? "the caller's default"}</td>
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
        The same subjects each time, sample-1 to sample-{count}, at environment version {version}. A thousand of them
        are a few percent off the true shares.
      </p>
    </section>
  );
}
