import type { HashScheme, Rule, Serve } from "../../../../src/flags/document.ts";
import { parseCidr } from "../../../../src/flags/formats/ip.ts";
import { scheduleOf } from "../../lowering/schedule.ts";
import {
  all,
  any,
  bucketIn,
  type Bucketing,
  exists,
  hasBucket,
  leaf,
  type Lowered,
  not,
} from "../../lowering/condition.ts";
import { NotImportable, type Notes } from "../../lowering/draft.ts";
import type { Names } from "../../lowering/names.ts";
import { checkShape } from "../../lowering/shape.ts";
import { at, type Fields, fieldsOf, listOf, numberOf, type Placed, scalarText, textOf } from "../../lowering/source.ts";
import { attributeOf } from "./context.ts";
import { comparesTime, lowerConstraints } from "./constraints.ts";
import { periodOf } from "./schedule.ts";
import { SEGMENT } from "./shape.ts";
import { type UnleashSource, type Variant, variantsOf } from "./source.ts";
import { NOBODY, ON, overridesOf, splitOf, type VariantTable } from "./variants.ts";

/** The hash schemes of the SDK that evaluates the features now. */
export interface Schemes {
  rollout: HashScheme;
  variant: HashScheme;
}

/** The parts of a feature that its strategies share. */
export interface StrategyScope {
  feature: string;
  variants: readonly Variant[];
  source: UnleashSource;
  segmentKey: (id: string) => string;
  schemes: Schemes;
  table: VariantTable;
  names: Names;
  notes: Notes;
}

/** The share of contexts that pass a strategy's rollout. */
type Gate =
  | { when: Lowered }
  /** A rollout by `bucketing`. `random` says that contexts without a key are drawn. */
  | { bucketing: Bucketing; percentage: number; random: boolean };

/** Returns the rules of one strategy, in the order in which they apply. */
export function lowerStrategy(strategy: Placed, scope: StrategyScope): Rule[] {
  const name = textOf(strategy.fields["name"]) ?? "";
  const gate = gateOf(name, strategy, scope);
  const id = scope.names.take(textOf(strategy.fields["id"]) ?? `${name}-${strategy.place.split("/").at(-1)}`);
  const title = textOf(strategy.fields["title"]);
  const alternatives = timeAlternatives(strategy, scope);
  return alternatives.flatMap(({ when, schedule, suffix }) => {
    if (when === false) return [];
    return servesOf(strategy, gate, scope).flatMap((one, i): Rule[] => {
      const condition = all(when, one.when);
      if (condition === false) return [];
      const ruleId = suffix === "" && i === 0 ? id : scope.names.take(`${id}${suffix}-${i}`);
      const others = { ...(title && { description: title }), ...schedule };
      return [{ id: ruleId, ...(condition !== true && { when: condition }), serve: one.serve, ...others }];
    });
  });
}

interface Alternative {
  when: Lowered;
  schedule: { from?: string; until?: string };
  suffix: string;
}

/**
 * Returns the strategy's conditions. If they compare the current time, there are two forms: for contexts that contain
 * `currentTime`, and for all others, which have a schedule.
 */
function timeAlternatives(strategy: Placed, scope: StrategyScope): Alternative[] {
  const ids = listOf(strategy.fields["segments"]).map(String);
  const segments = ids.map((id) => scope.source.segments.get(id));
  const known = segments.filter((segment) => segment !== undefined);
  // Unleash's clients do not let anybody into a segment that does not exist.
  if (known.length < segments.length) {
    scope.notes.note(
      at(strategy.place, "segments"),
      "one of its segments does not exist, so the strategy matches nobody",
    );
    return [];
  }
  const timed = known.filter(comparesTime);
  for (const { fields, place } of timed) checkShape(fields, SEGMENT, place);
  const references = ids.flatMap((id): Lowered[] => {
    const segment = scope.source.segments.get(id);
    return segment === undefined || timed.includes(segment) ? [] : [{ segment: scope.segmentKey(id) }];
  });
  const parts = [strategy, ...timed];
  const withTime = all(...parts.map((part) => lowerConstraints(part, scope.notes)), ...references);
  if (!parts.some(comparesTime)) return [{ when: withTime, schedule: {}, suffix: "" }];
  const period = periodOf(parts);
  const others = all(...parts.map((part) => lowerConstraints(withoutTime(part), scope.notes)), ...references);
  const sent = exists("currentTime");
  return [
    { when: all(sent, withTime), schedule: {}, suffix: "" },
    ...(period === undefined ? [] : [{ when: all(not(sent), others), schedule: scheduleOf(period), suffix: "-now" }]),
  ];
}

function withoutTime({ fields, place }: Placed): Placed {
  const constraints = listOf(fields["constraints"]).filter((one) => fieldsOf(one)["contextName"] !== "currentTime");
  return { fields: { ...fields, constraints }, place };
}

function gateOf(name: string, { fields, place }: Placed, { feature, schemes, notes }: StrategyScope): Gate {
  const parameters = fieldsOf(fields["parameters"]);
  const rollout = (by: string[], percentage: unknown, groupId: string, random = false): Gate => ({
    bucketing: { by: by.map(attributeOf), salt: groupId, hash: schemes.rollout, total: 100 },
    percentage: Math.min(100, Math.floor(numberOf(percentage) ?? 0)),
    random,
  });
  const { percentage, groupId = "" } = parameters;
  switch (name) {
    case "default":
      return { when: true };
    case "userWithId":
      return { when: leaf(attributeOf("userId"), "in", splitList(parameters["userIds"]), { read: "text" }) };
    case "remoteAddress":
      return { when: remoteAddress(splitList(parameters["IPs"])) };
    case "gradualRolloutUserId":
      return rollout(["userId"], percentage, scalarText(groupId));
    case "gradualRolloutSessionId":
      return rollout(["sessionId"], percentage, scalarText(groupId));
    case "gradualRolloutRandom":
      return rollout([NOBODY], percentage, "", true);
    case "flexibleRollout": {
      const stickiness = textOf(parameters["stickiness"]) ?? "default";
      const group = groupOf(parameters, feature);
      if (!parameters["groupId"])
        notes.note(
          at(place, "parameters"),
          "without groupId, the SDK for Node.js hashes no group; here it is as in the others",
        );
      if (stickiness === "default") return rollout(["userId", "sessionId"], parameters["rollout"], group, true);
      if (stickiness === "random") return rollout([NOBODY], parameters["rollout"], group, true);
      return rollout([stickiness], parameters["rollout"], group);
    }
    case "applicationHostname":
      throw new NotImportable(at(place, "name"), "applicationHostname compares the name of the server's own host");
    default:
      throw new NotImportable(at(place, "name"), `"${name}" is a strategy of your own code`);
  }
}

function groupOf({ groupId }: Fields, feature: string): string {
  return groupId === undefined || groupId === null ? feature : scalarText(groupId);
}

function splitList(value: unknown): string[] {
  const texts = scalarText(value).split(",");
  return texts.map((text) => text.trim()).filter((text) => text !== "");
}

function remoteAddress(ranges: readonly string[]): Lowered {
  const blocks = ranges.filter((range) => parseCidr(range) !== undefined);
  const others = ranges.filter((range) => !blocks.includes(range));
  return any(leaf("remoteAddress", "ip_in_cidr", blocks), leaf("remoteAddress", "in", others));
}

interface ServedWhen {
  when: Lowered;
  serve: Serve;
}

/** Returns what the contexts that satisfy a strategy's constraints get, in order. */
function servesOf(strategy: Placed, gate: Gate, scope: StrategyScope): ServedWhen[] {
  const own = variantsOf(strategy.fields);
  const variants = own.length > 0 ? own : scope.variants;
  const parameters = fieldsOf(strategy.fields["parameters"]);
  const inherited = own.length > 0 ? textOf(parameters["stickiness"]) : undefined;
  const split = {
    salt: own.length > 0 ? groupOf(parameters, scope.feature) : scope.feature,
    stickiness: variants[0]?.stickiness ?? inherited ?? "default",
    hash: scope.schemes.variant,
  };
  const served = [
    ...overridesOf(variants, scope.table).map(({ when, variant }) => ({ when, serve: { variant } as Serve })),
    { when: true, serve: splitOf(variants, split, scope.table) },
  ];
  return served.flatMap((one) => gated(one, gate));
}

function gated({ when, serve }: ServedWhen, gate: Gate): ServedWhen[] {
  if ("when" in gate) return [{ when: all(when, gate.when), serve }];
  const { bucketing, percentage, random } = gate;
  if (percentage <= 0) return [];
  if (percentage === 100) return [{ when: random ? when : all(when, hasBucket(bucketing)), serve }];
  const passes = { when: all(when, bucketIn(bucketing, [[0, percentage]])), serve };
  return random ? [passes, { when: all(when, not(hasBucket(bucketing))), serve: drawn(serve, gate) }] : [passes];
}

/** Returns a split that lets a random share of contexts in. A miss continues with the next rule. */
function drawn(serve: Serve, { bucketing, percentage }: { bucketing: Bucketing; percentage: number }): Serve {
  const rollout = "rollout" in serve ? serve.rollout : undefined;
  const variant = "variant" in serve ? (serve.variant ?? ON) : ON;
  const weights = rollout?.weights ?? [[variant, 1]];
  const total = (rollout?.total ?? 1) * 100;
  return {
    rollout: {
      ...bucketing,
      hash: "unleash-variant-1",
      total,
      weights: weights.map(([name, weight]) => [name, weight * percentage]),
      onMissingKey: "random",
    },
  };
}
