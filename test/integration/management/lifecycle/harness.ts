import { aFlagBody, FLAGS, type ManagementTest, startManagementTest } from "../client.ts";

const RULES = [
  {
    id: "staff",
    when: { attribute: "plan", operator: "in", values: ["pro"] },
    serve: { rollout: { salt: "kept", weights: [["on", 100_000]] } },
  },
];

export const definitionPath = (key: string) => `/api/v1/flags/${key}`;
export const stagingPath = (key: string) => `/api/v1/environments/staging/flags/${key}`;

/** A worker with the environments production and staging, and calls for flags in both. */
export async function startLifecycleTest(bindings: Record<string, unknown> = {}) {
  const t: ManagementTest = await startManagementTest(bindings);
  await t.call("POST", "/api/v1/environments", { key: "staging" });
  const post = (verb: string) => (key: string, headers?: Record<string, string>) =>
    t.call("POST", `${definitionPath(key)}/${verb}`, undefined, headers);
  return {
    ...t,
    archive: post("archive"),
    unarchive: post("unarchive"),
    /** Creates a flag in both environments, with another configuration in each. */
    async create(key: string, fields: object = {}) {
      const body = aFlagBody(key, { description: "Kept", owner: "web", ...fields });
      await t.call("PUT", `${FLAGS}/${key}`, { ...body, rules: RULES });
      await t.call("PUT", stagingPath(key), { ...body, enabled: false });
    },
    /** The flag's configurations without their versions. */
    async configurations(key: string): Promise<Record<string, object>> {
      const { environments } = (await t.call("GET", definitionPath(key))).body;
      return Object.fromEntries(
        Object.entries<object>(environments).map(([name, one]) => [name, { ...one, version: undefined }]),
      );
    },
    async versions(): Promise<{ production: number; staging: number }> {
      const { items } = (await t.call("GET", "/api/v1/environments")).body;
      const versionOf = (name: string) => items.find(({ key }: { key: string }) => key === name).version as number;
      return { production: versionOf("production"), staging: versionOf("staging") };
    },
  };
}

export type LifecycleTest = Awaited<ReturnType<typeof startLifecycleTest>>;
