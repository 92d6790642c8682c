import { afterAll, beforeAll, describe, test } from "vitest";
import { createOutbox } from "../../../../src/store/outbox.ts";
import { takeBackup } from "../../../support/backends/database-backup.ts";
import { seededRandom } from "../../../support/seeded-random.ts";
import { aToken, type ApiResponse, type ManagementTest, send, startManagementTest } from "../client.ts";

const ENVIRONMENTS = ["production", "staging"] as const;
const FLAGS = ["a", "b", "c"];
const SEGMENTS = ["s", "t"];
const SUBJECTS = [
  { targetingKey: "user-1", plan: "pro" },
  { targetingKey: "user-2", plan: "free", seats: 12 },
];
const WRITES = 45;

/** A result of the edge, at a version of an environment. */
interface Served {
  environment: string;
  version: number;
  flag: string;
  subject: object;
  result: unknown;
}

describe("a replay at every version of a random history", () => {
  let t: ManagementTest;
  const keys = new Map<string, string>();
  beforeAll(async () => {
    t = await startManagementTest();
    await t.call("POST", "/api/v1/environments", { key: "staging" });
    for (const environment of ENVIRONMENTS)
      keys.set(environment, (await aToken(t.project, "server", environment)).token);
  });
  afterAll(() => t.close());

  const versionOf = async (environment: string): Promise<number> =>
    (await t.call("GET", `/api/v1/environments/${environment}`)).body.version;

  /** Evaluates every flag for every subject at the edge, at the newest version. */
  async function serve(environment: string): Promise<Served[]> {
    const version = await versionOf(environment);
    const served: Served[] = [];
    for (const flag of FLAGS) {
      for (const subject of SUBJECTS) {
        const { body, status } = await send(
          t.isolate,
          keys.get(environment),
          "POST",
          `/ofrep/v1/evaluate/flags/${flag}`,
          { context: subject },
          { "x-flags-min-version": String(version) },
        );
        if (status === 503) throw new Error(`version ${version} of ${environment} is not there`);
        const { value, variant, reason, errorCode } = body;
        served.push({ environment, version, flag, subject, result: errorCode ?? { value, variant, reason } });
      }
    }
    return served;
  }

  async function replayed({ environment, version, flag, subject }: Served): Promise<unknown> {
    const response = await explain(environment, flag, { context: subject, request: {}, version });
    if (response.status === 404) return "FLAG_NOT_FOUND";
    if (response.status !== 200) return [response.status, response.body.detail];
    const { value, variant, reason, errorCode } = response.body.resolution;
    return errorCode ?? { value, variant, reason };
  }

  const explain = (environment: string, flag: string, body: object): Promise<ApiResponse> =>
    t.call("POST", `/api/v1/environments/${environment}/flags/${flag}/explain`, body);

  test.for([1, 2])("equals what the edge served then (seed %i)", { timeout: 120_000 }, async (seed, { expect }) => {
    const writer = createWriter(t, seededRandom(seed));
    let served: Served[] = [];
    const known = new Map<string, number>();
    const record = async (): Promise<void> => {
      for (const environment of ENVIRONMENTS) {
        const version = await versionOf(environment);
        if (known.get(environment) === version) continue;
        known.set(environment, version);
        served.push(...(await serve(environment)));
      }
    };
    let restore: (() => Promise<void>) | undefined;
    const lost: Served[] = [];
    for (let n = 0; n < WRITES; n++) {
      if (n === 20) restore = await takeBackup(t.project.backends.neon);
      if (n === 30 && restore !== undefined) {
        const kept = new Map<string, number>();
        await restore();
        for (const environment of ENVIRONMENTS) kept.set(environment, await versionOf(environment));
        lost.push(...served.filter(({ environment, version }) => version > (kept.get(environment) ?? 0)));
        served = served.filter(({ environment, version }) => version <= (kept.get(environment) ?? 0));
        await createOutbox(t.project.db).raiseVersions(known, 1000);
      }
      await writer.write();
      await record();
    }
    expect(writer.accepted).toBeGreaterThan(WRITES / 3);
    expect(new Set(served.map(({ result }) => JSON.stringify(result))).size).toBeGreaterThan(5);
    const differing = async (all: Served[]): Promise<object[]> => {
      const wrong = [];
      for (const one of all) {
        const again = await replayed(one);
        if (JSON.stringify(again) !== JSON.stringify(one.result)) wrong.push({ ...one, again });
      }
      return wrong;
    };
    expect(await differing(served)).toEqual([]);
    expect(served.length).toBeGreaterThan(100);
    expect(lost.length).toBeGreaterThan(0);
    for (const { environment, flag, version } of lost) {
      const { status, body } = await explain(environment, flag, { version });
      expect([status, body.firstVersion], `${environment} ${version}`).toEqual([410, expect.any(Number)]);
    }
    // Documents that did not change since then need no older entries.
    await t.project.backends.neon.query(
      "delete from audit where id < (select percentile_disc(0.5) within group (order by id) from audit)",
    );
    for (const environment of ENVIRONMENTS) {
      const first = (await explain(environment, "a", { version: 1 })).body.firstVersion;
      const own = served.filter((one) => one.environment === environment);
      const [gone, there] = [
        own.filter(({ version }) => version < first),
        own.filter(({ version }) => version >= first),
      ];
      expect([gone.length > 0, there.length > 0]).toEqual([true, true]);
      expect(await differing(there)).toEqual([]);
      for (const one of gone)
        expect(await replayed(one)).toEqual([410, expect.stringContaining(`version ${first}, made at`)]);
    }
  });
});

/** Makes random writes of every kind. The API refuses some of them, such as the deletion of a flag in use. */
function createWriter(t: ManagementTest, random: () => number) {
  let [written, accepted] = [0, 0];
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const condition = (): object =>
    pick([
      { attribute: "plan", operator: "equals", values: [pick(["pro", "free"])] },
      { attribute: "seats", operator: "gte", values: [pick([5, 50])] },
      { segment: pick(SEGMENTS) },
      { flag: pick(FLAGS), variants: [pick(["x", "y"])] },
    ]);
  const configuration = (): object => ({
    enabled: random() < 0.8,
    offVariant: "x",
    default: pick([
      { variant: pick(["x", "y"]) },
      { rollout: { salt: pick(["one", "two"]), weights: [["x", 40_000], ["y", 60_000]] } }, // prettier-ignore
    ]),
    rules: random() < 0.6 ? [{ id: "r", when: condition(), serve: { variant: pick(["x", "y"]) } }] : [],
    prerequisites: random() < 0.2 ? [{ flag: pick(FLAGS), variants: ["x"] }] : [],
  });
  const variants = (): object => ({ x: `x${Math.floor(random() * 1000)}`, y: `y${Math.floor(random() * 1000)}` });
  const flag = (key: string): object => ({ key, type: "string", variants: variants(), ...configuration() });
  const change = async (): Promise<ApiResponse | undefined> => {
    const base = `/api/v1/environments/${pick(ENVIRONMENTS)}`;
    const key = pick(FLAGS);
    const write = pick<() => Promise<ApiResponse | undefined>>([
      () => t.call("PUT", `${base}/flags/${key}`, flag(key)),
      () => t.call("PUT", `${base}/flags/${key}`, flag(key)),
      () => t.call("PATCH", `${base}/flags/${key}`, configuration()),
      () => t.call("PATCH", `/api/v1/flags/${key}`, { variants: variants() }),
      () => t.call("DELETE", `${base}/flags/${key}`),
      () => t.call("DELETE", `/api/v1/flags/${key}`),
      () => t.call("POST", `/api/v1/flags/${key}/archive`),
      () => t.call("POST", `/api/v1/flags/${key}/unarchive`),
      () => t.call("PUT", `${base}/segments/${pick(SEGMENTS)}`, { condition: condition() }),
      () => t.call("PUT", `${base}/segments/${pick(SEGMENTS)}`, { condition: condition() }),
      () => t.call("DELETE", `${base}/segments/${pick(SEGMENTS)}`),
      () => t.call("POST", `${base}/apply`, { flags: FLAGS.map(flag), segments: [], whole: random() < 0.5 }),
      () => t.call("PATCH", base, { overridesAllowed: random() < 0.5 }),
      () => restoreAny(base),
      () => editInSql(),
    ]);
    return await write();
  };
  const restoreAny = async (base: string): Promise<ApiResponse | undefined> => {
    const { items } = (await t.call("GET", `${base}/audit?limit=30`)).body;
    const { id } = pick(items as { id: number }[]);
    return await t.call("POST", `${base}/audit/${id}/restore`, { image: pick(["before", "after"]) });
  };
  const editInSql = async (): Promise<undefined> => {
    await t.project.backends.neon.exec(`begin;
      update flag_configurations set enabled = not enabled where flag_key = '${pick(FLAGS)}';
      update flags set metadata = '{"n":${Math.floor(random() * 1000)}}' where key = '${pick(FLAGS)}';
      commit`);
    accepted++;
  };
  return {
    async write(): Promise<void> {
      const response = await change();
      if (response !== undefined && response.status < 300) accepted++;
      if (response !== undefined && response.status >= 500) throw new Error(JSON.stringify(response.body));
      written++;
    },
    get accepted() {
      return accepted;
    },
  };
}
