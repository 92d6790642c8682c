/** The rules of a flag as sentences, in which a person edits them. */
import type { Locator } from "playwright-core";
import type { Rule } from "../../../../sdk/client/contract.ts";
import type { ConsoleWorld } from "./console-world.ts";
import { usePages } from "./pages.ts";

export const HOME = { attribute: "country", operator: "in" as const, values: ["NL", "BE"] };
export const TENTH = { rollout: { by: ["targetingKey"], weights: [["on", 10_000]] as [string, number][] } };

/** Opens pages of flags in staging, and finds the parts of their rules. Call it in `describe`. */
export function useSentences(world: () => ConsoleWorld) {
  const { visit, open } = usePages(world);
  const page = () => visit().page;
  const review = () => page().getByRole("button", { name: "Review and save" }).click();
  return {
    page,
    review,
    /** Saves a flag with one rule, and opens its page. */
    async openRule(key: string, rule: Omit<Rule, "id">, options?: Parameters<typeof open>[1]): Promise<void> {
      await world().save({ key, rules: [{ id: "home", ...rule }] }, "staging");
      await open(`#/flags/${key}?environment=staging`, options);
    },
    part: (name: string): Locator => page().getByRole("button", { name, exact: true }),
    editor: (name: string): Locator => page().getByRole("group", { name, exact: true }),
    async save(): Promise<void> {
      await review();
      const dialog = page().getByRole("dialog");
      await dialog.getByRole("button", { name: "Save", exact: true }).click();
      await dialog.waitFor({ state: "detached" });
    },
    stored: async (key: string): Promise<Rule[]> =>
      (await world().api.call("getFlag", { path: { env: "staging", key } })).body.rules ?? [],
  };
}
