/**
 * `burgee/provider` evaluates the flags of one environment in a server's own process, and follows their changes. Use
 * {@link BurgeeProvider} with OpenFeature, or {@link startFlags} without it.
 */
export { type Exposure, type ExposureListener, Exposures } from "../exposures/exposures.ts";
export { type Definitions, DefinitionsError } from "./definition-set.ts";
export { Flags, type FlagsEvents, type FlagsStatus, startFlags } from "./flags.ts";
export { BurgeeProvider } from "./openfeature.ts";
export type { FlagsOptions } from "./options.ts";
export { RefusedError } from "./response.ts";
export type { Context, Details, Metadata } from "../../src/evaluation/details.ts";
