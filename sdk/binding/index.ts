/**
 * `burgee/binding` evaluates flags in a Worker, through a service binding to Burgee's entrypoint `Flags`. The binding
 * can be called as it is, with the types of {@link FlagsBinding}. {@link RequestFlags} makes one call per context of a
 * request, and {@link BindingProvider} does so under OpenFeature.
 */
export type { Context, Details, Metadata } from "../../src/evaluation/details.ts";
export type {
  AllFlags,
  BindingDetails,
  Bootstrap,
  BootstrapOptions,
  CallOptions,
  FlagsBinding,
  FlagsProps,
  PassedRequest,
} from "../../src/rpc/interface.ts";
export { type Exposure, type ExposureListener, Exposures } from "../exposures/exposures.ts";
export { BindingProvider, forRequest, type ProviderResolution } from "./openfeature.ts";
export { passedFacts } from "./passed-facts.ts";
export { RequestFlags, type RequestFlagsOptions } from "./request-flags.ts";
