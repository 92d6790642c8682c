import type { ConsoleWorld } from "../support/console-world.ts";
import { loaded } from "../support/loaded.ts";
import { usePages } from "../support/pages.ts";
import { signIn } from "../support/visit.ts";

/** Opens pages, and reloads them in the middle of an edit. */
export function useReloads(world: () => ConsoleWorld) {
  const { visit, open } = usePages(world);
  return {
    visit,
    open,
    async again(): Promise<void> {
      await visit().page.reload();
      await signIn(visit().page, world().keys.adminToken);
      await loaded(visit().page);
    },
    back: () => visit().page.getByText(/^Your unsaved changes from \d+:\d+.* are back$/),
    kept: () => visit().page.evaluate("Object.keys(sessionStorage).filter((name) => name.startsWith('burgee.draft'))"),
    async save(): Promise<void> {
      await visit().page.getByRole("button", { name: "Review and save" }).click();
      const review = visit().page.getByRole("dialog");
      // The review asks for the key until it knows that no protected environment has the flag.
      await review.getByLabel(/to confirm$/).waitFor({ state: "detached" });
      await review.getByRole("button", { name: "Save", exact: true }).click();
    },
  };
}
