import type { Page } from "playwright-core";
import { afterEach } from "vitest";
import type { ConsoleWorld } from "./console-world.ts";
import { loaded } from "./loaded.ts";
import type { Visit } from "./visit.ts";

/** Opens one page of the console in each test, and closes it afterwards. Call it in `describe`. */
export function usePages(world: () => ConsoleWorld): {
  visit: () => Visit;
  open: (at: string) => Promise<Page>;
  start: () => Promise<Page>;
} {
  let visit: Visit;
  afterEach(() => visit?.close());
  return {
    /** The visit of the test. */
    visit: () => visit,
    async open(at) {
      visit = await world().visit({ at });
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
