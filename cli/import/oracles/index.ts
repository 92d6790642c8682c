import type { SystemName } from "../../../sdk/import/index.ts";
import { configcat } from "./configcat.ts";
import { datadog, eppo } from "./eppo.ts";
import { featurevisor } from "./featurevisor.ts";
import { flagd } from "./flagd.ts";
import { flagsmith } from "./flagsmith.ts";
import { flipt } from "./flipt.ts";
import { growthbook } from "./growthbook.ts";
import { launchdarkly } from "./launchdarkly.ts";
import { msfm } from "./msfm.ts";
import type { OracleSystem } from "./oracle.ts";
import { posthog } from "./posthog.ts";
import { split } from "./split.ts";
import { unleash } from "./unleash.ts";

/** The systems whose SDK for Node.js evaluates an export. A system that is not here has none. */
export const ORACLES: Partial<Record<SystemName, OracleSystem>> = {
  configcat,
  datadog,
  eppo,
  featurevisor,
  flagd,
  flagsmith,
  flipt,
  growthbook,
  launchdarkly,
  msfm,
  posthog,
  split,
  unleash,
};
