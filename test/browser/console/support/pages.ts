import type { Page } from "playwright-core";
import { afterEach } from "vitest";
import type { ConsoleWorld } from "./console-world.ts";
import { loaded } from "./loaded.ts";
import type { Visit, VisitOptions } from "./visit.ts";

/** Opens one page of the console in each test, and closes it afterwards. Call it in `describe`. */
export function usePages(world: () => ConsoleWorld): {
  visit: () => Visit;
  open: (at: string, options?: Partial<VisitOptions>) => Promise<Page>;
  start: () => Promise<Page>;
} {
  let visit: Visit;
  afterEach(() => visit?.close());
  return {
    /** The visit of the test. */
    visit: () => visit,
    async open(at, options = {}) {
      visit = await world().visit({ at, ...options });
      await loaded(visit.page);
      return visit.page;
    },
    /** Opens the sign-in page. */
    async start() {
      visit = await world().visit({ token: null });
      return visit.page;
    },
  };
}
