import type { Page } from "playwright-core";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { EXAMPLE_PROJECT } from "../../../dev/project/seed.ts";
import { readProjectFile } from "../../../dev/project/project-file.ts";
import { scaleProject } from "../../../dev/project/scaled-project.ts";
import type { ConsoleWorld } from "./support/console-world.ts";
import type { Visit } from "./support/visit.ts";

const FLAGS = 5000;
const COPIES_PER_WRITE = 8;
/** The largest number of rows on the page at first. */
const MOST_ROWS = 200;

/** Must run last, because it adds an environment that the other suites would see. */
export function describeScale(world: () => ConsoleWorld): void {
  describe(`an environment with ${FLAGS} flags`, () => {
    let visit: Visit;
    let total = 0;

    beforeAll(async () => {
      const { api } = world();
      const example = await readProjectFile(EXAMPLE_PROJECT);
      const project = scaleProject(example, FLAGS);
      await api.call("createEnvironment", { body: { key: "large" } });
      const segments = Object.entries(project.segments["production"] ?? {}).map(([key, one]) => ({ key, ...one }));
      // A few copies of the example at a time. One write of all flags can exceed the store's timeout on a busy machine.
      const step = example.flags.length * COPIES_PER_WRITE;
      for (let start = 0; start < project.flags.length; start += step) {
        const flags = project.flags.slice(start, start + step).flatMap(({ environments, ...definition }) => {
          const configuration = environments["production"];
          return configuration === undefined ? [] : [{ ...definition, ...configuration }];
        });
        await api.call("applyEnvironment", { path: { env: "large" }, body: { flags, segments } });
        total += flags.length;
      }
    });
    afterEach(() => visit?.close());

    it("shows and searches its flags with a bounded number of rows", async () => {
      visit = await world().visit({ at: "#/flags?environment=production" });
      const { page } = visit;
      const rows = page.getByRole("row");
      // The last request of a list. The first ones of an isolate load modules, and would be measured too.
      const hasEnded = `performance.getEntriesByType("resource").some(({ name }) => name.includes("/usage/series"))`;
      await expect.poll(() => page.evaluate(hasEnded)).toBe(true);
      await expect.poll(() => rows.count()).toBeGreaterThan(10);
      const requests: string[] = [];
      page.on("request", (request) => requests.push(request.url()));
      const firstMs = await shownAfter(page, `location.hash = "#/flags?environment=large"`, FIRST_ROW);
      await page
        .getByText(`${total.toLocaleString("en")} flags`)
        .or(page.getByText(`${total} flags`))
        .first()
        .waitFor();
      await expect.poll(() => rows.count()).toBeLessThanOrEqual(MOST_ROWS);
      await expect
        .poll(() => requests.filter((url) => url.includes("/environments/large/usage/series")).length)
        .toBe(1);
      // A short page is the first request, and the numbers that nobody waits for are the last one.
      expect(requests.find((url) => url.includes("/environments/large/"))).toContain("/flags?limit=30");
      const last = (part: string) => requests.findLastIndex((url) => url.includes(part));
      expect(last("/environments/large/usage/series")).toBeGreaterThan(last("/environments/large/flags?"));

      const search = page.getByRole("searchbox", { name: "Search flags" });
      await search.focus();
      const type = `document.execCommand("insertText", false, "checkout-redesign.17")`;
      const searchMs = await shownAfter(page, type, `document.querySelectorAll("tr").length === 2`);
      await search.fill("");
      await expect.poll(() => rows.count()).toBeGreaterThan(2);
      await expect.poll(() => rows.count()).toBeLessThanOrEqual(MOST_ROWS);
      console.log(
        `${total} flags: the first rows show after ${firstMs.toFixed(0)} ms, and a search after ${searchMs.toFixed(0)} ms`,
      );
    });
  });
}

const FIRST_ROW = `[...document.links].some(({ textContent }) => textContent === "api-requests-per-minute.0")`;

/**
 * Runs an action in the page and returns the time until a condition holds and the frame with it is drawn (ms). The page
 * takes the time itself: Playwright's polling for roles costs several times more than what it waits for.
 */
async function shownAfter(page: Page, action: string, condition: string): Promise<number> {
  return await page.evaluate(`new Promise((done) => {
    const started = performance.now();
    const observer = new MutationObserver(() => {
      if (!(${condition})) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - started)));
    });
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
    ${action};
  })`);
}
