import type { FlagInput } from "../../types.ts";

/** The parts of a flag that depend on its type in Flipt. */
export type LoweredFlag = Pick<FlagInput, "type" | "variants" | "enabled" | "offVariant" | "rules" | "default">;
