/**
 * Imports the flags of other systems: `importProject` turns a system's own export into flags and segments that give
 * every user the same results. Pure: no I/O, no time, no chance.
 */
import { sourceDepthProblem } from "./depth.ts";
import { finish } from "./finish.ts";
import { formProblem } from "./forms.ts";
import { importConfigCat } from "./systems/configcat/index.ts";
import { importDatadog, importEppo } from "./systems/eppo/index.ts";
import { importFeaturevisor } from "./systems/featurevisor/index.ts";
import { importFlagd } from "./systems/flagd/index.ts";
import { importFlagsmith } from "./systems/flagsmith/index.ts";
import { importFlipt } from "./systems/flipt/index.ts";
import { importGoFeatureFlag } from "./systems/goff/index.ts";
import { importGrowthBook } from "./systems/growthbook/index.ts";
import { importLaunchDarkly } from "./systems/launchdarkly/index.ts";
import { importMicrosoft } from "./systems/msfm/index.ts";
import { importPostHog } from "./systems/posthog/index.ts";
import { importSplit } from "./systems/split/index.ts";
import { importUnleash } from "./systems/unleash/index.ts";
import { importWaffle } from "./systems/waffle/index.ts";
import type { ImportedProject, Importer, ImportOptions, SystemName } from "./types.ts";

export type {
  Condition,
  EvaluationContext,
  FlagInput,
  ImportedProject,
  ImportedSegment,
  ImportOptions,
  ImportReport,
  JsonValue,
  Note,
  Outcome,
  ReportEntry,
  Resolution,
  SystemName,
} from "./types.ts";
export { DOCUMENT_SYSTEMS, SDK_NAMES, SYSTEM_NAMES } from "./types.ts";

const IMPORTERS: Record<SystemName, Importer> = {
  configcat: importConfigCat,
  datadog: importDatadog,
  eppo: importEppo,
  featurevisor: importFeaturevisor,
  flagd: importFlagd,
  flagsmith: importFlagsmith,
  flipt: importFlipt,
  goff: importGoFeatureFlag,
  growthbook: importGrowthBook,
  launchdarkly: importLaunchDarkly,
  msfm: importMicrosoft,
  posthog: importPostHog,
  split: importSplit,
  unleash: importUnleash,
  waffle: importWaffle,
};

/**
 * Imports a project. `source` is the parsed JSON of the system's own export. Never throws for a source of any shape:
 * the report names every flag that cannot be imported, and why.
 */
export function importProject(system: SystemName, source: unknown, options: ImportOptions = {}): ImportedProject {
  const tooDeep = sourceDepthProblem(source);
  const draft = IMPORTERS[system](tooDeep === undefined ? source : {}, options);
  const { flags, segments, entries } = finish(draft, options);
  const problem = tooDeep ?? formProblem(system, source, entries);
  return {
    flags,
    segments,
    report: { system, entries: problem === undefined ? entries : [problem, ...entries] },
    toContext: draft.toContext,
    fromResolution: draft.fromResolution,
  };
}
