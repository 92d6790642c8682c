/** Everything that will happen by itself: schedules, ramps, windows and expiries, as instants with a sentence. */
import type { AdminToken, Flag, Rule, Serve, Webhook } from "../../../../sdk/client/contract.ts";
import { nameText } from "../../../../sdk/words/names.ts";
import { ruleText } from "../../../../sdk/words/rule.ts";
import { serveText, type Wording } from "../../../../sdk/words/serve.ts";
import { exposureAt, servedShare } from "../../../../sdk/words/share-at.ts";
import { movingPercentText, percentText } from "../../../../sdk/words/share.ts";
import { windowsText } from "../../../../sdk/words/time.ts";
import { dayHeadings } from "../wording.ts";
import { compileWindows } from "../../../../src/evaluation/windows/windows.ts";
import { WEIGHT_TOTAL } from "../../../../src/flags/document.ts";
import { parseInstant } from "../../../../src/flags/formats/instant.ts";

export interface Upcoming {
  /** Milliseconds since the epoch. */
  at: number;
  /** The thing that changes, and the page that shows it. */
  subject: string;
  path: readonly string[];
  /** `undefined` if it concerns the whole deployment. */
  environment: string | undefined;
  /** The sentence after the subject. */
  text: string;
}

type Instant = Pick<Upcoming, "at" | "text">;

/**
 * Returns what changes in a flag of an environment after `now`, without its expiry. It is nothing while the flag is
 * off. The instants are those at which streams announce the flag: the same code reads the windows and the ramps.
 */
export function upcomingInFlag(flag: Flag, environment: string, now: number, wording: Wording): Upcoming[] {
  if (!flag.enabled) return [];
  const found = [
    ...(flag.rules ?? []).flatMap((rule) => inRule(rule, now, wording)),
    ...inRamp(flag.default, "everyone else", now, wording),
  ];
  return found.map((one) => ({ ...one, subject: flag.key, path: ["flags", flag.key], environment }));
}

function inRule(rule: Rule, now: number, wording: Wording): Instant[] {
  const { from, until, during, ...lasting } = rule;
  const [start, end] = [instantOf(from, -Infinity), instantOf(until, Infinity)];
  if (end <= now) return [];
  const name = `Rule ${nameText(rule.id)}`;
  const inside = ({ at }: Instant): boolean => at > start && at < end;
  return [
    ...at(
      start,
      now,
      `${name} begins: ${ruleText({ ...lasting, ...(during === undefined ? {} : { during }) }, wording)}.`,
    ),
    ...inWindows(during, name, Math.max(start, now)).filter(inside),
    ...inRamp(rule.serve, `rule ${nameText(rule.id)}`, now, wording).filter(inside),
    ...at(end, now, `${name} ends.`),
  ];
}

/** Returns the next opening and the next closing. */
function inWindows(during: Rule["during"], name: string, from: number): Instant[] {
  if (during === undefined || during.length === 0) return [];
  let windows: ReturnType<typeof compileWindows>;
  try {
    windows = compileWindows(during);
  } catch {
    // The runtime of this browser does not know the time zone.
    return [];
  }
  const text = windowsText(during);
  const found: Instant[] = [];
  let turn = from;
  while (found.length < 2 && (turn = windows.nextTurn(turn)) !== Infinity) {
    found.push({ at: turn, text: `${name} ${windows.isOpenAt(turn) ? "opens" : "closes"} (${text}).` });
  }
  return found;
}

function inRamp(serve: Serve, owner: string, now: number, wording: Wording): Instant[] {
  if (!("rollout" in serve) || serve.rollout.ramp === undefined) return [];
  const { ramp, weights, total = WEIGHT_TOTAL } = serve.rollout;
  const [start, end] = [parseInstant(ramp.startAt), parseInstant(ramp.endAt)];
  if (!(start < end) || ramp.from === ramp.to) return [];
  const { exposure, moving } = exposureAt(ramp, now);
  const served = weights.filter(([, weight]) => weight > 0);
  const list = (sharesAt: (weight: number) => string): string =>
    served.map(([variant, weight]) => `${nameText(variant)} ${sharesAt(weight)}`).join(", ");
  const reached = list((weight) => `reaches ${percentText(servedShare(weight, ramp.to), total)}`);
  const current = list((weight) => `is at ${movingPercentText(servedShare(weight, exposure), total)} now`);
  const ends = `The ramp of ${owner} ends: ${reached}${moving === undefined ? "" : `; ${current}`}.`;
  return [...at(start, now, `The ramp of ${owner} begins: ${serveText(serve, wording, true)}.`), ...at(end, now, ends)];
}

/** Returns the expiry of a temporary flag. It is the same in all environments. */
export function flagExpiry({ key, expiresAt }: Flag, now: number): Upcoming[] {
  const text = "It is temporary, and counts as expired from then on. It is still evaluated.";
  return at(instantOf(expiresAt ?? undefined, -Infinity), now, text).map((one) => ({
    ...one,
    subject: key,
    path: ["flags", key],
    environment: undefined,
  }));
}

export function tokenExpiries(tokens: readonly AdminToken[], now: number): Upcoming[] {
  return tokens
    .filter(({ revokedAt }) => revokedAt === null)
    .flatMap(({ name, id, expiresAt }) =>
      at(instantOf(expiresAt ?? undefined, -Infinity), now, "The admin token expires.").map((one) => ({
        ...one,
        subject: name || id,
        path: ["tokens"],
        environment: undefined,
      })),
    );
}

/** Returns when the secrets that were replaced stop signing events. */
export function secretExpiries(webhooks: readonly Webhook[], now: number): Upcoming[] {
  return webhooks.flatMap(({ id, name, previousSecretUntil }) =>
    at(instantOf(previousSecretUntil ?? undefined, -Infinity), now, "The previous secret of the webhook ends.").map(
      (one) => ({ ...one, subject: name || id, path: ["webhooks", id], environment: undefined }),
    ),
  );
}

function at(instant: number, now: number, text: string): Instant[] {
  return instant > now && instant < Infinity ? [{ at: instant, text }] : [];
}

function instantOf(text: string | undefined, without: number): number {
  return text === undefined ? without : parseInstant(text);
}

/** Groups by the day in a time zone, in order of time. */
export function byDay(upcoming: readonly Upcoming[], zone: string): { day: string; items: Upcoming[] }[] {
  const inOrder = upcoming.toSorted((a, b) => a.at - b.at);
  const heading = dayHeadings(zone);
  return [...Map.groupBy(inOrder, ({ at }) => heading(at))].map(([day, items]) => ({ day, items }));
}
