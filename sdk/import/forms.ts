/** The forms in which systems give out flags. Some can be read; the others are known by name, to tell people so. */
import { refusal } from "./lowering/draft.ts";
import { fieldsOf, isFields, listOf } from "./lowering/source.ts";
import type { ReportEntry, SystemName } from "./types.ts";

interface Form {
  name: string;
  /** Whether a source has the form. A source with no flags has it too. */
  matches: (source: unknown) => boolean;
}

/** The form that one system's importer reads. */
interface ReadForm extends Form {
  /** How people get it. */
  call: string;
}

const isListOf =
  (field: string, ...needs: string[]) =>
  (source: unknown): boolean => {
    const list = fieldsOf(source)[field];
    return Array.isArray(list) && list.every((one) => needs.some((name) => name in fieldsOf(one)));
  };

const isNamed =
  (field: string, ...needs: string[]) =>
  (source: unknown): boolean => {
    const named = fieldsOf(source)[field];
    return isFields(named) && Object.values(named).every((one) => needs.some((name) => name in fieldsOf(one)));
  };

/** Whether a field is a list with elements that all have some fields. */
const lists =
  (field: string, ...needs: string[]) =>
  (source: unknown): boolean =>
    isListWith(fieldsOf(source)[field], needs);

function isListWith(list: unknown, needs: readonly string[]): boolean {
  return listOf(list).length > 0 && listOf(list).every((one) => needs.every((name) => name in fieldsOf(one)));
}

const has =
  (...names: string[]) =>
  (source: unknown): boolean =>
    names.every((name) => name in fieldsOf(source));

const hasLike =
  (name: RegExp) =>
  (source: unknown): boolean =>
    Object.keys(fieldsOf(source)).some((one) => name.test(one));

const either =
  (...tests: ((source: unknown) => boolean)[]) =>
  (source: unknown): boolean =>
    tests.some((test) => test(source));

const UFC: Form["matches"] = (source) => {
  const { attributes } = fieldsOf(fieldsOf(source)["data"]);
  return isNamed("flags", "allocations", "variationType")(attributes ?? source);
};

/** The forms that can be read. Of each system, the one that its server SDKs receive. */
const READ: Partial<Record<SystemName, ReadForm>> = {
  configcat: { name: "ConfigCat's config JSON", matches: isNamed("f", "v"), call: "download config_v6.json" },
  datadog: {
    name: "Datadog's flag configuration for servers",
    matches: UFC,
    call: "export the universal flag configuration",
  },
  eppo: {
    name: "Eppo's flag configuration for servers",
    matches: UFC,
    call: "request GET https://fscdn.eppo.cloud/api/flag-config/v1/config with a server's SDK key",
  },
  featurevisor: {
    name: "Featurevisor's datafile",
    matches: either(isNamed("features", "traffic", "bucketBy"), isListOf("features", "traffic", "bucketBy")),
    call: "run npx featurevisor build --no-state-files",
  },
  flagd: {
    name: "flagd's flag definitions",
    matches: either(isNamed("flags", "state", "variants"), (source) => isFields(flagSpecOf(source))),
    call: "give the JSON file that a source of flagd reads",
  },
  flagsmith: {
    name: "Flagsmith's environment document",
    matches: isListOf("feature_states", "feature"),
    call: "request GET /api/v1/environment-document/ with a server-side environment key",
  },
  goff: {
    name: "a flag file of GO Feature Flag",
    matches: either(isNamed("flags", "variations"), (source) => isNamed("flags", "variations")({ flags: source })),
    call: "give the file that its retriever reads, or request POST /v1/flag/configuration of the relay proxy",
  },
  flipt: {
    name: "Flipt's export",
    // Segments may be in a file of their own.
    matches: (source) =>
      (Array.isArray(source) ? source : [source]).some(
        either(isListOf("flags", "enabled", "rules", "rollouts"), isListOf("segments", "match_type")),
      ),
    call: "run flipt export",
  },
  growthbook: {
    name: "GrowthBook's SDK payload",
    matches: (source) => isFields(fieldsOf(source)["features"]),
    call: "request GET /api/features/<client key>",
  },
  launchdarkly: {
    name: "LaunchDarkly's data for server-side SDKs",
    matches: either(
      isNamed("flags", "on", "variations"),
      isListOf("items", "environments"),
      has("flagValues"),
      // Segments may be in a file of their own.
      (source) => !has("flags")(source) && isNamed("segments", "rules", "included")(source),
    ),
    call: "request GET https://sdk.launchdarkly.com/sdk/latest-all with an SDK key",
  },
  msfm: {
    name: "a file of Microsoft FeatureManagement or Azure App Configuration",
    matches: either(hasLike(/^feature[_-]?management$/i), lists("items", "key", "value"), (source) =>
      isListWith(source, ["key", "value"]),
    ),
    call: "run az appconfig kv export --profile appconfig/kvset",
  },
  posthog: {
    name: "PostHog's definitions for local evaluation",
    matches: isListOf("flags", "filters"),
    call: "request GET /flags/definitions?token=<project key>&send_cohorts with a personal API key",
  },
  split: {
    name: "Split's definitions for SDKs",
    matches: either(has("ff"), isListOf("splits", "conditions")),
    call: "request GET https://sdk.split.io/api/splitChanges?s=1.3&since=-1&rbSince=-1 with a server-side SDK key",
  },
  unleash: {
    name: "Unleash's features for backend SDKs",
    matches: either(isListOf("features", "strategies"), has("events")),
    call: "request GET /api/client/features with a backend token",
  },
  waffle: {
    name: "the fixture of django-waffle",
    matches: (source) => Array.isArray(source) && source.every((row) => "model" in fieldsOf(row)),
    call: "run python manage.py dumpdata waffle",
  },
};

/** Forms of admin APIs and clients, which lack the parts that decide about a user. */
const OTHERS: readonly Form[] = [
  { name: "Unleash's old export (/api/admin/state/export)", matches: has("features", "strategies") },
  { name: "Unleash's export (/api/admin/features-batch/export)", matches: has("features", "featureStrategies") },
  { name: "Unleash's features for frontends (/api/frontend)", matches: lists("toggles", "variant", "enabled") },
  {
    name: "GrowthBook's list of features (/api/v1/features, /api/v2/features)",
    matches: lists("features", "valueType"),
  },
  { name: "Unleash's list of features (/api/admin)", matches: lists("features", "stale", "environments") },
  { name: "GrowthBook's encrypted SDK payload", matches: has("encryptedFeatures") },
  { name: "PostHog's list of flags (/api/projects/<id>/feature_flags)", matches: lists("results", "filters") },
  { name: "Split's list of the Admin API", matches: lists("objects", "trafficType") },
  { name: "a definition of Split's Admin API", matches: has("treatments", "defaultRule") },
  { name: "ConfigCat's management API", matches: either(has("settings", "environment"), has("settingFormulas")) },
  {
    name: "Flagsmith's list of flags (/api/v1/flags/)",
    matches: (source) => isListWith(source, ["feature", "feature_state_value"]),
  },
  { name: "Flagsmith's export of features", matches: (source) => isListWith(source, ["name", "initial_value"]) },
];

function flagSpecOf(source: unknown): unknown {
  return fieldsOf(fieldsOf(source)["spec"])["flagSpec"];
}

/**
 * Returns the entry for a source of which nothing can be imported because it has another form. The reason names that
 * form, if it is known, and how to get the form that can be read. `entries` are those of the source's parts.
 */
export function formProblem(
  system: SystemName,
  source: unknown,
  entries: readonly ReportEntry[],
): ReportEntry | undefined {
  const flags = entries.filter(({ kind }) => kind === "flag");
  if (flags.some(({ outcome }) => outcome !== "not importable")) return undefined;
  const wanted = READ[system] ?? {
    name: `an export of ${system}`,
    matches: () => flags.length > 0,
    call: "see the page of the system",
  };
  const other = OTHERS.find(({ matches }) => matches(source));
  if (other === undefined && wanted.matches(source)) return undefined;
  const isEmpty = isFields(source) && Object.keys(source).length === 0;
  const known = other ?? (isEmpty ? undefined : Object.values(READ).find(({ matches }) => matches(source)));
  // Without another form, the parts have reasons of their own.
  if (known === undefined && flags.length > 0) return undefined;
  const found = known === undefined ? `it is not ${wanted.name}` : `it is ${known.name}, and not ${wanted.name}`;
  return refusal({ kind: "source", key: "", place: "" }, "", `${found}; ${wanted.call}`);
}
