/** GO Feature Flag's evaluation, step by step as its code does it, for flags whose queries are tables of results. */

export interface GoffRule {
  name?: string;
  query?: string;
  variation?: string;
  percentage?: Record<string, number>;
  progressiveRollout?: { initial: GoffStep; end: GoffStep };
  disable?: boolean;
}

interface GoffStep {
  variation?: string;
  percentage?: number;
  date?: string;
}

export interface GoffFlag {
  variations: Record<string, unknown>;
  targeting?: GoffRule[];
  defaultRule?: GoffRule;
  disable?: boolean;
  experimentation?: { start?: string; end?: string };
  scheduledRollout?: (Partial<Omit<GoffFlag, "scheduledRollout">> & { date: string })[];
}

export interface GoffResult {
  value?: unknown;
  variationType: string;
  reason: string;
  errorCode?: string;
}

/** The context: a key, and the queries that are true for it. */
export interface GoffVisit {
  key: string;
  holds: ReadonlySet<string>;
  now: number;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

export function goffResult(name: string, source: GoffFlag, visit: GoffVisit): GoffResult {
  const flag = withSteps(structuredClone(source), visit.now);
  const rules = flag.targeting ?? [];
  const steps = (source.scheduledRollout ?? []).flatMap(({ targeting = [] }) => targeting);
  const isHashed = (rule: GoffRule): boolean =>
    Object.keys(rule.percentage ?? {}).length > 0 || rule.progressiveRollout !== undefined;
  if (visit.key === "" && [...rules, ...steps, flag.defaultRule ?? {}].some(isHashed))
    return { variationType: "SdkDefault", reason: "ERROR", errorCode: "TARGETING_KEY_MISSING" };
  const { start, end } = flag.experimentation ?? {};
  const isOver =
    (start !== undefined && visit.now < Date.parse(start)) || (end !== undefined && visit.now > Date.parse(end));
  if (flag.disable === true || isOver) return { variationType: "SdkDefault", reason: "DISABLED" };
  for (const rule of rules) {
    if (!visit.holds.has(rule.query ?? "") || rule.disable === true) continue;
    return served(name, rule, flag, visit, isSplit(rule) ? "TARGETING_MATCH_SPLIT" : "TARGETING_MATCH");
  }
  const rule = flag.defaultRule ?? {};
  return served(name, rule, flag, visit, isSplit(rule) ? "SPLIT" : rules.length > 0 ? "DEFAULT" : "STATIC");
}

function isSplit({ percentage, progressiveRollout }: GoffRule): boolean {
  const shares = Object.values(percentage ?? {});
  return progressiveRollout !== undefined || (shares.length > 0 && !shares.includes(100));
}

function served(name: string, rule: GoffRule, flag: GoffFlag, { key, now }: GoffVisit, reason: string): GoffResult {
  const variation = variationOf(name + key, rule, now);
  return { value: flag.variations[variation], variationType: variation, reason };
}

function variationOf(text: string, rule: GoffRule, now: number): string {
  if (rule.progressiveRollout !== undefined) {
    const { initial, end } = rule.progressiveRollout;
    const [start, stop] = [Date.parse(initial.date ?? ""), Date.parse(end.date ?? "")];
    if (now < start) return initial.variation ?? "";
    const from = (initial.percentage ?? 0) * 1000;
    const to = (end.percentage || 100) * 1000;
    const share = now >= stop ? to : ((now - start) / 1000) * ((to - from) / ((stop - start) / 1000)) + from;
    return (fnv1a(text) % 100_000 < Math.trunc(share) ? end.variation : initial.variation) ?? "";
  }
  const shares = Object.entries(rule.percentage ?? {});
  if (shares.length === 0) return rule.variation ?? "";
  const bucket = fnv1a(text) % Math.trunc(shares.reduce((sum, [, share]) => sum + share, 0) * 1000);
  let end = 0;
  for (const [variation, share] of shares.sort(([a], [b]) => (a < b ? 1 : -1))) {
    end += share * 1000;
    if (bucket < Math.trunc(end)) return variation;
  }
  throw new Error("no bucket");
}

function withSteps(flag: GoffFlag, now: number): GoffFlag {
  const base = flag.targeting ?? [];
  for (const { date, targeting = [], defaultRule, disable, variations, experimentation } of flag.scheduledRollout ??
    []) {
    if (Date.parse(date) > now) continue;
    const updated = new Set<string>();
    for (const rule of base) {
      const update = targeting.findLast((one) => one.name === rule.name);
      if (update === undefined) continue;
      mergeRule(rule, update);
      updated.add(update.name ?? "");
    }
    flag.targeting = [...base, ...targeting.filter(({ name }) => !updated.has(name ?? ""))];
    if (disable !== undefined) flag.disable = disable;
    if (defaultRule !== undefined) mergeRule((flag.defaultRule ??= {}), defaultRule);
    Object.assign(flag.variations, variations);
    if (experimentation !== undefined) flag.experimentation = { ...flag.experimentation, ...experimentation };
  }
  return flag;
}

function mergeRule(rule: GoffRule, { disable, query, variation, progressiveRollout, percentage }: GoffRule): void {
  if (disable !== undefined) rule.disable = disable;
  if (query !== undefined) rule.query = query;
  if (variation !== undefined) rule.variation = variation;
  if (progressiveRollout !== undefined) {
    const { initial, end } = rule.progressiveRollout ?? {};
    rule.progressiveRollout = {
      initial: { ...initial, ...progressiveRollout.initial },
      end: { ...end, ...progressiveRollout.end },
    };
  }
  for (const [name, share] of Object.entries(percentage ?? {})) {
    rule.percentage ??= {};
    if (share < 0) delete rule.percentage[name];
    else rule.percentage[name] = share;
  }
}
