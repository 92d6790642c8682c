import type { TestProject } from "../../support/project.ts";

/** Saves a flag of every type, a disabled one, one that clients cannot see, and one that depends on the plan. */
export async function saveFlags(project: TestProject): Promise<void> {
  await project.save({ key: "new-header" });
  await project.save({ key: "headline", type: "string", variants: { on: "Fresh bread", off: "Bread" } });
  await project.save({ key: "page-size", type: "integer", variants: { on: 24, off: 12 } });
  await project.save({ key: "tax-rate", type: "float", variants: { on: 7.5, off: 10 } });
  await project.save({ key: "limits", type: "object", variants: { on: { items: 50, tags: ["a", "b"] }, off: {} } });
  await project.save({ key: "withdrawn", enabled: false, offVariant: null });
  await project.save({ key: "internal", clientVisible: false });
  await project.save({
    key: "plan-page",
    type: "string",
    variants: { free: "free page", pro: "pro page" },
    offVariant: "free",
    default: { variant: "free" },
    rules: [
      {
        id: "pro",
        when: { attribute: "plan", operator: "equals", values: ["pro"] },
        serve: { variant: "pro" },
      },
    ],
  });
}

/** Sixteen equal shares, so that two people are rarely in the same one. */
export async function saveExperiment(project: TestProject, by: string[]): Promise<void> {
  const names = Array.from({ length: 16 }, (_, i) => `group-${i}`);
  await project.save({
    key: "experiment",
    type: "string",
    variants: Object.fromEntries(names.map((name) => [name, name])),
    offVariant: "group-0",
    default: {
      rollout: {
        by,
        salt: "experiment",
        hash: "murmur3-mulshift",
        weights: names.map((name) => [name, 100_000 / names.length]),
      },
    },
  });
}
