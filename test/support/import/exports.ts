/** An export of each system and contexts in the system's own form, for tests that run its SDK over a whole file. */
import type { SystemName } from "../../../sdk/import/index.ts";
import { postHogFlag } from "./posthog.ts";
import { readJson, readLines } from "./suites.ts";

export interface Exported {
  source: unknown;
  contexts: object[];
  /** The value of --sdk with which the SDK for Node.js agrees. */
  sdk?: string;
}

const SUBJECTS = Array.from({ length: 40 }, (_, i) => ({ id: `user-${i}`, plan: i % 3 === 0 ? "pro" : "free" }));

const UNLEASH: Exported = {
  source: {
    features: [
      {
        name: "half",
        enabled: true,
        variants: [],
        strategies: [
          {
            name: "flexibleRollout",
            constraints: [{ contextName: "plan", operator: "IN", values: ["pro"], inverted: true }],
            parameters: { rollout: "50", stickiness: "userId", groupId: "half" },
          },
        ],
      },
    ],
  },
  contexts: SUBJECTS.map(({ id, plan }) => ({ userId: id, properties: { plan } })),
  sdk: "node",
};

const LAUNCHDARKLY: Exported = {
  source: {
    flags: {
      half: {
        key: "half",
        version: 1,
        on: true,
        salt: "salt",
        variations: ["a", "b"],
        offVariation: 0,
        rules: [{ id: "pro", variation: 1, clauses: [{ attribute: "plan", op: "in", values: ["pro"] }] }],
        fallthrough: {
          rollout: {
            variations: [
              { variation: 0, weight: 50_000 },
              { variation: 1, weight: 50_000 },
            ],
          },
        },
      },
    },
    segments: {},
  },
  contexts: SUBJECTS.map(({ id, plan }) => ({ kind: "user", key: id, plan })),
};

const GROWTHBOOK: Exported = {
  source: {
    features: {
      half: { defaultValue: "a", rules: [{ force: "b", coverage: 0.5, condition: { plan: "free" } }] },
      object: { defaultValue: { size: 1 } },
    },
  },
  contexts: SUBJECTS,
};

const POSTHOG: Exported = {
  source: {
    flags: [
      postHogFlag("half", {
        groups: [
          {
            properties: [{ key: "plan", operator: "exact", value: "pro", type: "person" }],
            rollout_percentage: 50,
          },
        ],
      }),
    ],
    group_type_mapping: {},
    cohorts: {},
  },
  contexts: SUBJECTS.map(({ id, plan }) => ({ distinctId: id, personProperties: { plan } })),
};

const DATADOG: Exported = {
  source: {
    createdAt: "2026-01-01T00:00:00Z",
    format: "SERVER",
    environment: { name: "test" },
    flags: {
      half: {
        key: "half",
        enabled: true,
        variationType: "JSON",
        variations: { a: { key: "a", value: { size: 1 } }, b: { key: "b", value: { size: 2 } } },
        allocations: [
          {
            key: "pro",
            rules: [{ conditions: [{ attribute: "plan", operator: "ONE_OF", value: ["pro"] }] }],
            splits: [{ variationKey: "b", shards: [] }],
          },
          {
            key: "half",
            splits: [
              {
                variationKey: "a",
                shards: [{ salt: "salt", totalShards: 10_000, ranges: [{ start: 0, end: 5000 }] }],
              },
            ],
          },
        ],
      },
    },
  },
  contexts: SUBJECTS.map(({ id, plan }) => ({ subjectKey: id, subjectAttributes: { plan } })),
};

/** Returns the export of a system whose suite has one. */
function suiteOf(system: string, name: string): Exported {
  const suite = readJson(`${system}/cases.json`) as Record<string, unknown>;
  return { source: suite[name], contexts: (suite["cases"] as { context: object }[]).map(({ context }) => context) };
}

function configCat(): Exported {
  const { config, cases } = readJson("configcat/cases.json") as { config: object; cases: Record<string, [object][]> };
  const users = Object.values(cases).flatMap((all) => all.map(([user]) => user));
  return { source: config, contexts: users.filter((user) => user !== null) };
}

/** Leaves out lists as e-mail addresses: the report notes that `cat` joins a list only in flagd. */
function flagd(): Exported {
  const { source, contexts } = suiteOf("flagd", "source");
  return { source, contexts: contexts.filter((context) => !Array.isArray((context as { email?: unknown }).email)) };
}

function eppo(): Exported {
  const files = readLines<{ subjects: { subjectKey: string; subjectAttributes: object }[] }>("eppo/tests.jsonl");
  return {
    source: readJson("eppo/flags.json"),
    contexts: files.flatMap(({ subjects }) =>
      subjects.map(({ subjectKey, subjectAttributes }) => ({ subjectKey, subjectAttributes })),
    ),
  };
}

/** Leaves out what the page excepts: ids that are `null`, and texts such as "1" that only JavaScript reads as dates. */
function featurevisor(): Exported {
  interface Suite {
    datafile: { features: Record<string, object> };
    cases: { context: { userId?: unknown } }[];
  }
  const { datafile, cases } = readJson("featurevisor/cases.json") as Suite;
  const { before: _, ...features } = datafile.features;
  const contexts = cases.map(({ context }) => context).filter(({ userId }) => userId !== null);
  return { source: { ...datafile, features }, contexts, sdk: "2" };
}

/** Leaves out flags that depend on the time. */
function microsoft(): Exported {
  const { source, contexts } = suiteOf("msfm", "source");
  const { feature_flags: flags } = (source as { feature_management: { feature_flags: object[] } }).feature_management;
  const timeless = flags.filter((flag) => !JSON.stringify(flag).includes("TimeWindow"));
  return { source: { feature_management: { feature_flags: timeless } }, contexts };
}

function flipt(): Exported {
  const { document, cases } = readJson("flipt/cases.json") as { document: object; cases: { request: object }[] };
  return { source: document, contexts: cases.map(({ request }) => request), sdk: "client" };
}

function split(): Exported {
  const { definitions, cases } = readJson("split/cases.json") as {
    definitions: object;
    cases: { key: unknown; attributes: unknown }[];
  };
  return { source: definitions, contexts: cases.map(({ key, attributes }) => ({ key, attributes })) };
}

export const EXPORTS = {
  configcat: configCat(),
  datadog: DATADOG,
  eppo: eppo(),
  featurevisor: featurevisor(),
  flagd: flagd(),
  flagsmith: suiteOf("flagsmith", "source"),
  flipt: flipt(),
  growthbook: GROWTHBOOK,
  launchdarkly: LAUNCHDARKLY,
  msfm: microsoft(),
  posthog: POSTHOG,
  split: split(),
  unleash: UNLEASH,
} satisfies Partial<Record<SystemName, Exported>>;
