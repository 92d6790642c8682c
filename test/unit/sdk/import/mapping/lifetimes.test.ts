import { describe, test } from "vitest";
import { importProject } from "../../../../../sdk/import/index.ts";

const feature = (fields: object) => ({
  version: 2,
  features: [{ name: "one", enabled: true, strategies: [], ...fields }],
});

const launchDarkly = (fields: object) => ({
  items: [
    {
      key: "one",
      kind: "boolean",
      variations: [{ value: true }, { value: false }],
      environments: { production: { on: true, salt: "s", fallthrough: { variation: 0 }, offVariation: 1 } },
      ...fields,
    },
  ],
});

describe("the lifetime of an imported flag", () => {
  test.for<[type: string, lifetime: string | undefined]>([
    ["release", "temporary"],
    ["experiment", "temporary"],
    ["operational", "temporary"],
    ["kill-switch", "permanent"],
    ["permission", "permanent"],
  ])("is that of Unleash's type %s", ([type, lifetime], { expect }) => {
    const { flags, report } = importProject("unleash", feature({ type, project: "default", stale: false }));
    expect(flags[0]).toMatchObject({ lifetime });
    expect(flags[0]).not.toHaveProperty("tags");
    expect(report.entries[0]).toMatchObject({ outcome: "exact", notes: [] });
  });

  test("is not known for another type of Unleash, which a note says", ({ expect }) => {
    const { flags, report } = importProject("unleash", feature({ type: "house" }));
    expect(flags[0]).not.toHaveProperty("lifetime");
    expect(report.entries[0]).toMatchObject({
      outcome: "exact with a note",
      notes: [{ place: "/features/0/type", text: 'the type "house" says nothing about its lifetime' }],
    });
    expect(importProject("unleash", feature({})).flags[0]).not.toHaveProperty("lifetime");
  });

  test("comes with tags for Unleash's project and stale mark", ({ expect }) => {
    const { flags } = importProject(
      "unleash",
      feature({ project: "web", stale: true, tags: [{ type: "a", value: "b" }] }),
    );
    expect(flags[0]?.tags).toEqual(["a:b", "project:web", "stale"]);
  });

  test("is that of LaunchDarkly, where the export has it", ({ expect }) => {
    expect(importProject("launchdarkly", launchDarkly({ temporary: true })).flags[0]?.lifetime).toBe("temporary");
    expect(importProject("launchdarkly", launchDarkly({ temporary: false })).flags[0]?.lifetime).toBe("permanent");
    expect(importProject("launchdarkly", launchDarkly({})).flags[0]).not.toHaveProperty("lifetime");
  });
});
