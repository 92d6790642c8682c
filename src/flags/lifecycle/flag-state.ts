/** The state of a flag, from which people see whether it can be removed. It is derived and never stored. */
import type { FlagKind, Lifetime } from "../document.ts";
import { lastBoundary, onlyVariantOf, type ServingConfiguration } from "./possible-variants.ts";

export const FLAG_STATES = ["new", "active", "rolled-out", "unused", "archived"] as const;
export type StateName = (typeof FLAG_STATES)[number];

const DAY_MS = 86_400_000;
/** A flag without any use is new for this time after its creation. */
const NEW_DAYS = 7;
/** A flag that serves one variant is rolled out after this time without a change. */
const ROLLED_OUT_DAYS = 14;
/** A flag is unused after this time without an evaluation. */
const UNUSED_DAYS = 30;
/** The most environments that a reason names one by one. */
const MAX_NAMED = 3;

/** A flag in one environment. Instants are ISO 8601. */
export interface EnvironmentFacts {
  environment: string;
  configuration: ServingConfiguration;
  /** When the configuration or the definition last changed. */
  changedAt: string;
  /** When it was last evaluated by itself, and as one of all flags; `null` for never. */
  usedAt: string | null;
  requestedAt: string | null;
  /** Since when evaluations are counted in the environment; `null` if they are not, or are no longer. */
  countedSince: string | null;
  /** Whether another flag or a segment refers to it. */
  isNeeded: boolean;
}

export interface FlagFacts {
  kind: FlagKind;
  createdAt: string;
  lifetime: Lifetime | null;
  archivedAt: string | null;
  environments: readonly EnvironmentFacts[];
}

export interface FlagState {
  name: StateName;
  /** Why, in words, with the facts. */
  reason: string;
  /** Since when the flag is in this state, as far as it is known. */
  since?: string;
}

/** Returns the state of a flag in the given environments. An environment without counts cannot make it unused. */
export function stateOf(flag: FlagFacts, now: number): FlagState {
  if (flag.archivedAt !== null)
    return { name: "archived", reason: `archived on ${day(flag.archivedAt)}`, since: flag.archivedAt };
  return newState(flag, now) ?? unusedState(flag, now) ?? rolledOutState(flag, now) ?? activeState(flag, now);
}

/** Whether a temporary flag is past its expiry. */
export function isExpired({ expiresAt }: { expiresAt: string | null }, now: number): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= now;
}

function newState({ createdAt, environments }: FlagFacts, now: number): FlagState | undefined {
  if (Date.parse(createdAt) <= now - NEW_DAYS * DAY_MS || lastOf(environments, "usedAt") !== undefined)
    return undefined;
  return { name: "new", reason: `created ${ago(createdAt, now)}, and not used yet`, since: createdAt };
}

function unusedState({ createdAt, environments }: FlagFacts, now: number): FlagState | undefined {
  const limit = now - UNUSED_DAYS * DAY_MS;
  const counted = environments.filter(({ countedSince }) => countedSince !== null);
  const isKnown = counted.length > 0 && counted.every((one) => Date.parse(one.countedSince ?? "") <= limit);
  const used = lastOf(environments, "usedAt");
  const isUsed = used !== undefined && Date.parse(used.at) > limit;
  if (!isKnown || isUsed || Date.parse(createdAt) > limit || environments.some(({ isNeeded }) => isNeeded))
    return undefined;
  const since = used?.at ?? latest([createdAt, ...counted.map((one) => one.countedSince ?? createdAt)]);
  const reason =
    used === undefined
      ? `not evaluated since ${day(since)}, when counting began or the flag was created`
      : `last evaluated ${ago(used.at, now)}, in ${used.environment}`;
  return { name: "unused", reason: reason + bulkNote(environments, limit), since };
}

/** Bulk responses do not tell whether anybody looked at the flag's value. */
function bulkNote(environments: readonly EnvironmentFacts[], limit: number): string {
  const requested = lastOf(environments, "requestedAt");
  if (requested === undefined || Date.parse(requested.at) <= limit) return "";
  return `; bulk responses in ${requested.environment} contained it on ${day(requested.at)}, but they contain every flag that the key may see`;
}

function rolledOutState(flag: FlagFacts, now: number): FlagState | undefined {
  const { kind, lifetime, environments } = flag;
  // Switches and permanent flags are meant to stay unchanged.
  if (kind === "switch" || lifetime === "permanent" || environments.length === 0) return undefined;
  const since = lastChange(flag, now);
  if (Date.parse(since) > now - ROLLED_OUT_DAYS * DAY_MS) return undefined;
  const served = servedText(environments, now);
  if (served === undefined) return undefined;
  return { name: "rolled-out", reason: `${served}, unchanged for ${days(since, now)} days`, since };
}

function activeState(flag: FlagFacts, now: number): FlagState {
  const { lifetime, environments } = flag;
  const used = lastOf(environments, "usedAt");
  const parts = [
    ...(environments.length === 0 ? ["in no environment"] : []),
    ...(lifetime === "permanent" ? ["permanent"] : []),
    ...(environments.some(({ isNeeded }) => isNeeded) ? ["other flags or segments need it"] : []),
    used === undefined ? unknownUse(environments) : `last evaluated ${ago(used.at, now)}, in ${used.environment}`,
    `changed ${ago(lastChange(flag, now), now)}`,
  ];
  return { name: "active", reason: parts.join("; ") };
}

function unknownUse(environments: readonly EnvironmentFacts[]): string {
  const since = environments.flatMap(({ countedSince }) => countedSince ?? []);
  if (since.length === 0) return "its evaluations are not counted";
  return `not evaluated since counting began on ${day(latest(since))}`;
}

/** Says which variant each environment serves to everyone. `undefined` if one serves several. */
function servedText(environments: readonly EnvironmentFacts[], now: number): string | undefined {
  const byVariant = new Map<string, string[]>();
  for (const { environment, configuration } of environments) {
    const variant = onlyVariantOf(configuration, now);
    if (variant === undefined) return undefined;
    const name = variant === null ? "the default in the code" : `"${variant}"`;
    byVariant.set(name, [...(byVariant.get(name) ?? []), environment]);
  }
  const [only] = byVariant.keys();
  if (byVariant.size === 1) return `serves ${only} to everyone`;
  return [...byVariant].map(([name, where]) => `serves ${name} to everyone in ${named(where)}`).join(" and ");
}

function lastChange({ createdAt, environments }: FlagFacts, now: number): string {
  return latest([
    createdAt,
    ...environments.flatMap(({ changedAt, configuration }) => [
      changedAt,
      new Date(lastBoundary(configuration, now)).toISOString(),
    ]),
  ]);
}

function lastOf(
  environments: readonly EnvironmentFacts[],
  field: "usedAt" | "requestedAt",
): { at: string; environment: string } | undefined {
  const known = environments.flatMap(({ environment, [field]: at }) => (at === null ? [] : [{ at, environment }]));
  return known.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at))[0];
}

function latest(instants: readonly string[]): string {
  return instants.reduce((a, b) => (Date.parse(b) > Date.parse(a) ? b : a));
}

function named(names: readonly string[]): string {
  const rest = names.length - MAX_NAMED;
  return rest <= 0 ? names.join(", ") : `${names.slice(0, MAX_NAMED).join(", ")} and ${rest} more`;
}

/** The day of an instant (ISO 8601). */
export function day(instant: string): string {
  return instant.slice(0, 10);
}

function days(since: string, now: number): number {
  return Math.floor((now - Date.parse(since)) / DAY_MS);
}

function ago(instant: string, now: number): string {
  const passed = days(instant, now);
  if (passed < 1) return "today";
  return passed === 1 ? "yesterday" : `${passed} days ago`;
}
