import type { SystemName } from "../../../../sdk/import/index.ts";

/** The texts and options of a system in the form. */
export interface SystemForm {
  label: string;
  /** The file that the system exports. */
  source?: string;
  /** SDKs that differ in some results, by the name that the importer accepts. The first one is the default. */
  sdks?: readonly (readonly [name: string, text: string])[];
  /** Whether SDKs use different versions of the hash. */
  hasHashVersions?: boolean;
  /** Whether an export can contain several environments (or labels). */
  hasEnvironments?: boolean;
  /** Whether settings of the program that evaluates the flags now change results. */
  hasSettings?: boolean;
}

/** A system without an entry has a form without options, under its own name. */
const FORMS: Partial<Record<SystemName, SystemForm>> = {
  configcat: { label: "ConfigCat", source: "The config JSON, as the SDKs download it." },
  datadog: { label: "Datadog", source: "The flags configuration, as the SDKs download it." },
  eppo: { label: "Eppo", source: "The flags configuration (UFC), as the SDKs download it." },
  featurevisor: {
    label: "Featurevisor",
    source: "The datafile of an environment and a tag, as the SDKs download it.",
    sdks: [
      ["", "Unknown: leave out features that versions 2 and 3 read differently"],
      ["2", "Version 2"],
      ["3", "Version 3"],
    ],
  },
  flagd: {
    label: "flagd",
    source: "The flag definitions, as JSON or YAML.",
    sdks: [
      ["", "flagd, or its provider for another language"],
      ["javascript", "The provider for JavaScript, in process"],
    ],
    hasHashVersions: true,
  },
  flagsmith: { label: "Flagsmith", source: "The environment document, as the server SDKs download it." },
  flipt: {
    label: "Flipt",
    source: "The output of flipt export, or features.yaml.",
    sdks: [
      ["server", "Flipt’s server, over REST, gRPC or OFREP"],
      ["client", "An SDK that evaluates in the client"],
    ],
    hasHashVersions: true,
    hasEnvironments: true,
  },
  goff: { label: "GO Feature Flag", source: "The flag file, as JSON or YAML." },
  growthbook: {
    label: "GrowthBook",
    source: "The response of /api/features/ with your client key.",
    sdks: [
      ["javascript", "JavaScript, or another SDK that hashes UTF-16"],
      ["utf-8", "An SDK that hashes UTF-8, such as Go’s"],
    ],
  },
  launchdarkly: {
    label: "LaunchDarkly",
    source: "The flags and segments, as the SDKs or the REST API return them.",
    hasEnvironments: true,
  },
  msfm: {
    label: "Microsoft FeatureManagement",
    source: "The export of Azure App Configuration, or the file with the application’s flags.",
    sdks: [
      ["", ".NET"],
      ["javascript", "JavaScript"],
    ],
    hasEnvironments: true,
  },
  posthog: { label: "PostHog", source: "The definitions for local evaluation." },
  split: { label: "Split (Harness FME)", source: "The split changes and segment changes, as the SDKs download them." },
  unleash: {
    label: "Unleash",
    source: "The response of /api/client/features.",
    sdks: [
      ["utf-8", "Any other SDK, or Edge"],
      ["node", "Node.js"],
    ],
  },
  waffle: { label: "django-waffle", source: "The output of manage.py dumpdata waffle.", hasSettings: true },
};

export function formOf(system: SystemName): SystemForm {
  return FORMS[system] ?? { label: system };
}
