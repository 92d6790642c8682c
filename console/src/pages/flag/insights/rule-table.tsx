import type { JSX } from "preact";
import type { Flag, FlagUsage } from "../../../../../sdk/client/contract.ts";
import { countsByRule, type RuleCounts } from "../../../state/flags/usage-view.ts";
import { TableHead } from "../../../ui/table-head.tsx";

/** How often each rule decided, and the rules that never did. */
export function RuleTable({ flag, usage }: { flag: Flag; usage: FlagUsage }): JSX.Element | null {
  const rules = countsByRule(usage, flag);
  const isCounted = usage.total.used + usage.total.requested > 0;
  if (rules.length === 1 || !isCounted) return null;
  const never = rules.filter((one) => one.rule !== null && !one.isGone && one.used + one.requested === 0);
  return (
    <section class="card stack" aria-labelledby="rule-counts">
      <h2 id="rule-counts">By rule</h2>
      {never.length > 0 && (
        <p class="banner">
          {never.length === 1 ? "This rule" : "These rules"} never matched in this time:{" "}
          {never.map(({ rule }) => rule).join(", ")}.
        </p>
      )}
      <div class="sideways" role="region" aria-label="Evaluations by rule" tabIndex={0}>
        <table>
          <TableHead columns={["Rule", "Used", "Requested"]} />
          <tbody>
            {rules.map((one) => (
              <tr key={one.rule ?? ""}>
                <th scope="row">{nameOf(one)}</th>
                <td>{one.used.toLocaleString("en")}</td>
                <td>{one.requested.toLocaleString("en")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function nameOf({ rule, isGone }: RuleCounts): string {
  if (rule === null) return "Everyone else, and evaluations while off or with an error";
  return isGone ? `${rule} (removed)` : rule;
}
