import type { Locator, Page } from "playwright-core";
import { afterEach } from "vitest";
import type { ConsoleWorld } from "../support/console-world.ts";
import { loaded } from "../support/loaded.ts";
import { Steps } from "../support/steps.ts";
import type { Visit, VisitOptions } from "../support/visit.ts";

export interface Task {
  page: Page;
  steps: Steps;
  /** Reviews the draft of a flag and saves it: two steps, and the key of a protected environment if it asks. */
  save(options?: { confirm?: string }): Promise<void>;
}

/** Opens a page of the console at which a task begins, and closes it after the test. Call it in `describe`. */
export function useTasks(world: () => ConsoleWorld): {
  start(at: string, options?: Partial<VisitOptions>): Promise<Task>;
} {
  let visit: Visit;
  afterEach(() => visit?.close());
  return {
    async start(at, options = {}) {
      visit = await world().visit({ at, ...options });
      const { page } = visit;
      if (options.token !== null) await loaded(page);
      const steps = new Steps();
      return {
        page,
        steps,
        async save({ confirm } = {}) {
          await steps.press(page.getByRole("button", { name: "Review and save" }));
          const dialog: Locator = page.getByRole("dialog");
          if (confirm !== undefined) await steps.confirm(dialog, confirm);
          await steps.press(dialog.getByRole("button", { name: "Save", exact: true }));
          await dialog.waitFor({ state: "detached" });
        },
      };
    },
  };
}
