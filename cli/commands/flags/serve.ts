/** `flags serve` and `flags rollout` change the variants that a flag serves, in one step. */
import type { Command } from "commander";
import type { Flag } from "../../../sdk/client/contract.ts";
import { WEIGHT_TOTAL } from "../../../src/flags/document.ts";
import { type Change, change } from "../../change.ts";
import { withExamples } from "../../examples.ts";
import { oneLine } from "../../text/escape.ts";
import { UsageError } from "../../exit.ts";
import { flagPatch, percentage } from "../../flag-options.ts";
import { versionHeaders, withVersionOption } from "../../input.ts";
import { openSession } from "../../session.ts";
import type { Terminal } from "../../terminal.ts";
import { counted, patched, readFlag } from "./flag-change.ts";

interface RolloutOptions {
  to: string;
  percentage: number;
  rest?: string;
  by?: string[];
  ifVersion?: number;
}

export function addServing(flags: Command, terminal: Terminal): void {
  const serve = flags
    .command("serve")
    .description("serve one variant to everyone: enable the flag and remove rules, prerequisites and the rollout")
    .argument("<key>")
    .argument("<variant>");
  withVersionOption(serve).action(
    async (key: string, variant: string, options: { ifVersion?: number }, command: Command) => {
      const session = await openSession(command, terminal);
      const removed = removedBy(await readFlag(session, key));
      const patch = { enabled: true, default: { variant }, rules: [], prerequisites: [] };
      await change(session, {
        ...patched(session, key, patch, versionHeaders(options)),
        remark: () =>
          removed === undefined
            ? undefined
            : `removes ${removed}; \`burgee audit list --key ${oneLine(key)}\` keeps them, and \`burgee audit restore\` brings them back`,
      });
    },
  );
  withExamples(serve, "burgee flags serve checkout-redesign on -e production --dry-run");

  const rollout = flags
    .command("rollout")
    .description("serve a variant to a percentage of the users that no rule matches")
    .argument("<key>")
    .requiredOption("--to <variant>", "variant to serve to the percentage")
    .requiredOption("--percentage <percent>", "share of the users, from 0 to 100, such as 25 or 0.5", percentage)
    .option("--rest <variant>", "variant for the others (default: the one that they have now, or off)")
    .option("--by <attributes...>", "attributes that split the users (default: as now, or targetingKey)");
  withVersionOption(rollout).action(async (key: string, options: RolloutOptions, command: Command) => {
    const session = await openSession(command, terminal);
    const now = await readFlag(session, key);
    // The weights depend on the flag as it was read, so a change in between is refused.
    const headers = versionHeaders({ ifVersion: options.ifVersion ?? now.version });
    await change(session, { ...patched(session, key, rolloutPatch(key, now, options), headers), remark: precedence });
  });
  withExamples(
    rollout,
    "burgee flags rollout checkout-redesign -e production --to on --percentage 25",
    "burgee flags rollout checkout-redesign -e production --to on --percentage 50 --by accountId --dry-run",
  );
}

/** Names the parts of the configuration that `flags serve` removes. */
function removedBy(flag: Flag): string | undefined {
  const parts = [...countsOf(flag), ...("rollout" in flag.default ? ["the rollout"] : [])];
  return parts.length === 0 ? undefined : parts.join(" and ");
}

/** @throws UsageError */
function rolloutPatch(
  key: string,
  now: Flag,
  { to, percentage: share, rest, by }: RolloutOptions,
): Record<string, unknown> {
  requireVariant(key, now, to);
  const others = rest ?? restOf(key, now, to);
  requireVariant(key, now, others);
  if (others === to) throw new UsageError("--rest must be another variant than --to");
  const weights: [string, number][] = [
    [to, share],
    [others, WEIGHT_TOTAL - share],
  ];
  // A bucket belongs to the first range that reaches it, so users keep their variant only if the order stays.
  const order = weightsOf(now).map(([name]) => name);
  if (order.includes(to) && order.includes(others)) weights.sort(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  const patch = flagPatch({ rollout: weights, ...(by === undefined ? {} : { by }) }, now);
  const served = now.default;
  if (!("rollout" in served) || served.rollout.ramp === undefined) return patch;
  // A ramp would go on to scale the share.
  const { rollout } = patch["default"] as { rollout: object };
  return { ...patch, default: { rollout: { ...rollout, ramp: null } } };
}

/** Returns the variant of the users outside the percentage. @throws UsageError if there is no obvious one */
function restOf(key: string, now: Flag, to: string): string {
  const others = weightsOf(now).filter(([name]) => name !== to);
  const split = others.filter(([, weight]) => weight > 0);
  if (split.length > 1)
    throw new UsageError(
      `flag ${key} is split between ${split.map(([name]) => name).join(", ")}; choose one with --rest, or set every share with \`burgee flags set --rollout\``,
    );
  const variants = Object.keys(now.variants).filter((name) => name !== to);
  const candidates = [
    (split[0] ?? others[0])?.[0],
    "variant" in now.default ? now.default.variant : undefined,
    now.offVariant,
    variants.length === 1 ? variants[0] : undefined,
  ];
  const found = candidates.find((name) => typeof name === "string" && name !== to);
  if (typeof found === "string") return found;
  throw new UsageError(`choose the variant for the other users with --rest (${variants.join(", ")})`);
}

function weightsOf({ default: served }: Flag): readonly [string, number][] {
  if ("rollout" in served) return served.rollout.weights;
  return "draw" in served ? served.draw.weights : [];
}

function requireVariant(key: string, { variants }: Flag, name: string): void {
  if (Object.hasOwn(variants, name)) return;
  throw new UsageError(`flag ${key} has no variant ${name} (variants: ${Object.keys(variants).join(", ")})`);
}

/** Names the parts of a flag that come before its rollout. */
const precedence: NonNullable<Change["remark"]> = (written) => {
  const { flag } = written as { flag?: Flag };
  if (flag === undefined) return undefined;
  if (!flag.enabled)
    return `the flag is disabled, so everyone gets the off variant; \`burgee flags enable ${oneLine(flag.key)}\` enables it`;
  const parts = countsOf(flag);
  return parts.length === 0 ? undefined : `evaluated before the rollout: ${parts.join(" and ")}`;
};

function countsOf({ rules = [], prerequisites = [] }: Flag): string[] {
  return [
    ...(rules.length === 0 ? [] : [counted(rules.length, "rule")]),
    ...(prerequisites.length === 0 ? [] : [counted(prerequisites.length, "prerequisite")]),
  ];
}
