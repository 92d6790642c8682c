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
      await expect.poll(() => rows.count()).toBeGreaterThan(10);
      const requests: string[] = [];
      page.on("request", (request) => requests.push(request.url()));
      const opened = performance.now();
      await visit.goTo("#/flags?environment=large");
      await page.getByRole("link", { name: "api-requests-per-minute.0", exact: true }).waitFor();
      const firstMs = performance.now() - opened;
      await page
        .getByText(`${total.toLocaleString("en")} flags`)
        .or(page.getByText(`${total} flags`))
        .first()
        .waitFor();
      const allMs = performance.now() - opened;
      expect(await rows.count()).toBeLessThanOrEqual(MOST_ROWS);
      await expect.poll(() => requests.filter((url) => url.includes("/usage/series")).length).toBe(1);
      // A short page is the first request, and the numbers that nobody waits for are the last one.
      expect(requests.find((url) => url.includes("/environments/large/"))).toContain("/flags?limit=30");
      const last = (part: string) => requests.findLastIndex((url) => url.includes(part));
      expect(last("/usage/series")).toBeGreaterThan(last("/environments/large/flags?"));

      const searched = performance.now();
      await page.getByRole("searchbox", { name: "Search flags" }).fill("checkout-redesign.17");
      await expect.poll(() => rows.count(), { interval: 5 }).toBe(2);
      const searchMs = performance.now() - searched;
      await page.getByRole("searchbox", { name: "Search flags" }).fill("");
      await expect.poll(() => rows.count()).toBeGreaterThan(2);
      expect(await rows.count()).toBeLessThanOrEqual(MOST_ROWS);
      console.log(
        `${total} flags: first rows after ${firstMs.toFixed(0)} ms, all loaded after ${allMs.toFixed(0)} ms, search shown after ${searchMs.toFixed(0)} ms`,
      );
    });
  });
}
