import { type Command, Option } from "commander";
import { allPages } from "../../sdk/client/client.ts";
import type { EnvironmentUsage, FlagUsage } from "../../sdk/client/contract.ts";
import { withExamples } from "../examples.ts";
import { openSession } from "../session.ts";
import { table } from "../table.ts";
import type { Terminal } from "../terminal.ts";

interface UsageOptions {
  from?: string;
  to?: string;
  step: "hour" | "day";
}

/** `burgee usage` shows how often flags were evaluated, and when last. */
export function addUsageCommand(program: Command, terminal: Terminal): void {
  withExamples(
    program
      .command("usage")
      .description("show how often flags were evaluated, and when last")
      .argument("[key]", "flag whose variants and rules to show; by default all flags that were evaluated")
      .option("--from <instant>", "first instant, such as 2026-11-28 (default: 30 days ago, or 24 hours with hours)")
      .option("--to <instant>", "instant at which to end (default: now)")
      .addOption(new Option("--step <step>", "count by hour or by day in UTC").choices(["hour", "day"]).default("day"))
      .action(async (key: string | undefined, query: UsageOptions, command: Command) => {
        const session = await openSession(command, terminal);
        const env = session.environment();
        if (key !== undefined) {
          const { body } = await session.client.call("getFlagUsage", { path: { env, key }, query: { ...query } });
          session.show(body, (usage) => flagText(usage, query.step, session.width));
          return;
        }
        const pages: EnvironmentUsage[] = [];
        const items = await allPages(async (cursor) => {
          const page = await session.client.call("getUsage", {
            path: { env },
            query: { ...query, limit: "500", cursor },
          });
          pages.push(page.body);
          return page;
        });
        session.show({ ...pages[0]!, items, nextCursor: null }, (usage) => environmentText(usage, session.width));
      }),
    "burgee usage -e production",
    "burgee usage checkout-redesign -e production --step hour",
    "burgee usage checkout-redesign -e production --from 2026-11-01 --to 2026-12-01 --json",
  );
}

function environmentText({ items, other, complete }: EnvironmentUsage, width: number): string {
  const rows = items.map((item) => [item.flag, ...countCells(item), instantText(item.lastUsedAt)]);
  if (other.requested + other.used > 0) rows.push(["(not counted by flag)", ...countCells(other), ""]);
  if (rows.length === 0) return `no flag was evaluated${partText(complete)}`;
  return `${table(["flag", "used", "requested", "last used"], rows, width)}${partText(complete)}`;
}

function flagText(usage: FlagUsage, step: UsageOptions["step"], width: number): string {
  const last = `last used ${instantText(usage.lastUsedAt)}, last requested ${instantText(usage.lastRequestedAt)}`;
  if (usage.outcomes.length === 0) return `${last}; not evaluated in this time${partText(usage.complete)}`;
  const total = usage.total.used + usage.total.requested;
  const outcomes = usage.outcomes.map((outcome) => [
    outcome.variant ?? "(none)",
    outcome.rule ?? "(default)",
    ...countCells(outcome),
    `${((100 * (outcome.used + outcome.requested)) / total).toFixed(1)}%`,
  ]);
  const steps = new Map<string, { used: number; requested: number }>();
  for (const { at, used, requested } of usage.outcomes.flatMap(({ points }) => points)) {
    const sum = steps.get(at) ?? { used: 0, requested: 0 };
    steps.set(at, { used: sum.used + used, requested: sum.requested + requested });
  }
  const byTime = [...steps].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    last,
    table(["variant", "rule", "used", "requested", "share"], outcomes, width),
    table(
      [step, "used", "requested"],
      byTime.map(([at, counts]) => [step === "day" ? at.slice(0, 10) : instantText(at), ...countCells(counts)]),
      width,
    ) + partText(usage.complete),
  ].join("\n\n");
}

function countCells({ used, requested }: { used: number; requested: number }): string[] {
  return [String(used), String(requested)];
}

function instantText(at: string | null): string {
  return at === null ? "never" : `${at.slice(0, 16)}Z`;
}

function partText(complete: boolean): string {
  return complete ? "" : "\n\nRedis could not be read, so the last minute is missing";
}
