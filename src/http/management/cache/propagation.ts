import type { Services } from "../../services.ts";
import { listChanges } from "../../../store/lists/changes.ts";
import { pathKey } from "../context.ts";
import { type Routes, unknownEnvironment } from "../operation.ts";
import { instantOf } from "../shape.ts";

const LAST_CHANGES = 50;

/** How long changes take to be confirmed. */
export function addPropagationRoute(routes: Routes, services: Services): void {
  routes.add(
    "get",
    "/api/v1/environments/:env/cache/propagation",
    {
      tag: "Cache",
      id: "getPropagation",
      summary: `The last ${LAST_CHANGES} changes and when each was confirmed`,
      description:
        "From the outbox. A write is published as soon as it is committed; the sweep publishes again about once a minute and then confirms. So the time until `confirmedAt` is an upper bound of the time until a change is seen.",
      access: "read",
      answers: { 200: { description: "Newest first.", schema: "Propagation" } },
    },
    async (c) => {
      const { now, items } = await listChanges(await services.database(), pathKey(c, "env"), LAST_CHANGES);
      // Making an environment is its first change, and the last ones are never pruned.
      if (items.length === 0) throw unknownEnvironment();
      return c.json({
        now: instantOf(now),
        items: items.map(({ changedAt, confirmedAt, ...change }) => ({
          ...change,
          changedAt: instantOf(changedAt),
          confirmedAt: confirmedAt === null ? null : instantOf(confirmedAt),
        })),
      });
    },
  );
}
