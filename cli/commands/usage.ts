import { type Command, Option } from "commander";
import { allPages } from "../../sdk/client/client.ts";
import type { EnvironmentUsage, FlagRatios, FlagUsage } from "../../sdk/client/contract.ts";
import type { FlagConfiguration } from "../../src/flags/document.ts";
import { checkRatios, type RatioCheck } from "../../src/usage/ratio/ratio-check.ts";
import { withExamples } from "../examples.ts";
import { UsageError } from "../exit.ts";
import { openSession, type Session } from "../session.ts";
import { table } from "../table.ts";
import type { Terminal } from "../terminal.ts";

interface UsageOptions {
  from?: string;
  to?: string;
  step: "hour" | "day";
  checkRatio?: true;
  counts?: string;
  rule?: string;
}

/** `burgee usage` shows how often flags were evaluated, and when they were last used. */
export function addUsageCommand(program: Command, terminal: Terminal): void {
  withExamples(
    program
      .command("usage")
      .description("show how often flags were evaluated, and when they were last used")
      .argument("[key]", "flag whose variants and rules to show; by default all flags that were evaluated")
      .option(
        "--from <instant>",
        "first instant, such as 2026-11-28 (default: 30 days ago, or 24 hours ago with --step hour)",
      )
      .option("--to <instant>", "instant at which to end (default: now)")
      .addOption(new Option("--step <step>", "count by hour or by day in UTC").choices(["hour", "day"]).default("day"))
      .option("--check-ratio", "compare the flag's counted splits with the configured ones")
      .option("--counts <counts>", "with --check-ratio, your own counts of subjects, such as on=512,off=488")
      .option("--rule <id>", "the rule to which --counts belongs (default: the flag's default)")
      .action(async (key: string | undefined, options: UsageOptions, command: Command) => {
        const { checkRatio, counts, rule, ...query } = options;
        if (checkRatio === undefined && (counts ?? rule) !== undefined)
          throw new UsageError("--counts and --rule need --check-ratio");
        if (rule !== undefined && counts === undefined) throw new UsageError("--rule needs --counts");
        if (checkRatio === true && key === undefined) throw new UsageError("--check-ratio needs the key of a flag");
        const session = await openSession(command, terminal);
        const env = session.environment();
        if (checkRatio === true && key !== undefined) {
          if (counts !== undefined) return await showOwnRatio(session, { env, key }, counts, rule);
          const { from, to } = query;
          const { body } = await session.client.call("checkFlagRatios", { path: { env, key }, query: { from, to } });
          session.show(body, (ratios) => ratiosText(ratios, session.width));
          return;
        }
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
    "burgee usage checkout-redesign -e production --check-ratio",
    "burgee usage checkout-redesign -e production --check-ratio --counts on=512,off=488",
  );
}

/** Compares counts of the caller's own, such as distinct subjects from exposures, with a configured split. */
async function showOwnRatio(
  session: Session,
  path: { env: string; key: string },
  text: string,
  rule: string | null = null,
): Promise<void> {
  const counts = parseCounts(text).map((count) => ({ ...count, rule }));
  const { body } = await session.client.call("getFlag", { path });
  const checks = checkRatios(body as unknown as FlagConfiguration, counts, Date.now());
  const check = checks.find((found) => found.rule === rule);
  if (check === undefined)
    throw new UsageError(
      rule === null
        ? `the default of flag "${path.key}" has no split; name the rule of the counts with --rule`
        : `rule "${rule}" of flag "${path.key}" has no split`,
    );
  session.show(check, (found) => checkText(found, session.width));
}

function parseCounts(text: string): { variant: string; count: number }[] {
  return text.split(",").map((part) => {
    const [, variant = "", digits = ""] = /^(.+)=(\d{1,15})$/.exec(part) ?? [];
    if (digits === "") throw new UsageError(`--counts must be like on=512,off=488, and "${part}" is not`);
    return { variant, count: Number(digits) };
  });
}

function ratiosText(
  { from, to, changedAt, isShortened, complete, checks, caution }: FlagRatios,
  width: number,
): string {
  if (checks.length === 0) return "neither the default nor a rule has a split to check";
  const time = `counts from ${instantText(from)} to ${instantText(to)}`;
  const change = isShortened ? `; the flag changed at ${instantText(changedAt)}, so they begin after it` : "";
  const texts = checks.map((check) => checkText(check, width));
  return `${[`${time}${change}`, ...texts, caution].join("\n\n")}${partText(complete)}`;
}

function checkText({ rule, variants, message }: RatioCheck, width: number): string {
  const percent = (share: number | null) => (share === null ? "" : `${(100 * share).toFixed(1)}%`);
  const rows = variants.map(({ variant, share, countedShare, count, expected }) => [
    variant,
    percent(share),
    percent(countedShare),
    String(count),
    expected.toFixed(1),
  ]);
  const head = ["variant", "configured", "counted", "count", "expected"];
  return `${rule === null ? "Default" : `Rule ${rule}`}\n${table(head, rows, width)}\n${message}`;
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
