import type { TieredCache } from "../../cache/tiered-cache.ts";
import type { CompiledFlag } from "../../evaluation/types.ts";
import type { Clock } from "../../ops/clock.ts";
import type { EnvironmentState } from "../environment.ts";
import { flagSetOf } from "../read/flag-set.ts";
import { planEnvironment } from "../read/load-plans.ts";
import { isLoaded, type Loader } from "../read/loader.ts";
import type { RequestScope } from "../request-scope.ts";
import { type FlagSchedule, scheduleOf } from "./flag-schedule.ts";

export interface ScheduleReaderOptions {
  loader: Loader;
  tiers: Pick<TieredCache<CompiledFlag>, "compileAll">;
  clock: Clock;
}

/** Finds out when the flags of an environment change by themselves. */
export class ScheduleReader {
  readonly #options: ScheduleReaderOptions;

  constructor(options: ScheduleReaderOptions) {
    this.#options = options;
  }

  /** Returns the schedule if L1 holds every flag at the environment's version. Expired entries are right too. */
  held(state: EnvironmentState): FlagSchedule | undefined {
    const view = state.flagSet(this.#options.clock.now(), { orStale: true });
    return view === undefined || view.isSuperseded ? undefined : scheduleOf(view, view.version);
  }

  /** Reads the environment, as a bulk request does and in one flight with it. `undefined` if it cannot be read. */
  async read(state: EnvironmentState, scope: RequestScope): Promise<FlagSchedule | undefined> {
    const { loader, tiers, clock } = this.#options;
    if (!state.isTooLarge(clock.now())) {
      const outcome = await loader.load(state, planEnvironment(state), scope);
      if (!isLoaded(outcome)) return undefined;
      const held = this.held(state);
      // Superseded flags are read again; flags that L1 has no room for never will be there.
      if (held !== undefined || state.flagSet(clock.now(), { orStale: true }) !== undefined) return held;
    }
    const reading = await loader.readAll(state, scope);
    if (reading === undefined) return undefined;
    return scheduleOf(flagSetOf(tiers.compileAll(reading)), reading.asOf);
  }
}
