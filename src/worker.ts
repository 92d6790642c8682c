/** The worker, as the Workers runtime loads it. */
import { isolateFor } from "./isolate.ts";
import { flagsEntrypoint } from "./rpc/entrypoint.ts";

/** The worker's handlers. Exported for the Workers runtime. */
export { handlers as default } from "./handlers.ts";

/** The entrypoint for service bindings of other Workers (docs/binding.md). Exported for the Workers runtime. */
export const Flags = flagsEntrypoint((bindings) => isolateFor(bindings).services);
