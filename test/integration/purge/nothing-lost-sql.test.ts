import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { saveSegment } from "../../../src/store/writes/segments.ts";
import type { Isolate } from "../../support/app.ts";
import { RestoredWorld } from "../../support/backends/restored-world.ts";
import { aToken, send } from "../management/client.ts";

interface Edit {
  /** The statement that a person runs in psql. */
  sql: string;
  flag: string;
  before: unknown;
  after: unknown;
}

const BETA = '\'{"attribute": "plan", "operator": "in", "values": ["pro"]}\'';
const EDITS: Record<string, Edit> = {
  "flags, updated": {
    sql: `update flags set variants = '{"on": "new", "off": "-"}' where key = 'text'`,
    flag: "text",
    before: "old",
    after: "new",
  },
  "flags and flag_configurations, inserted": {
    sql: `begin;
      insert into flags (key, kind, type, variants) values ('fresh', 'flag', 'boolean', '{"on": true}');
      insert into flag_configurations (environment, flag_key, enabled, default_serve)
      values ('production', 'fresh', true, '{"variant": "on"}'); commit;`,
    flag: "fresh",
    before: 404,
    after: true,
  },
  "flag_configurations, updated": {
    sql: "update flag_configurations set enabled = false where flag_key = 'plain'",
    flag: "plain",
    before: true,
    after: false,
  },
  "flag_configurations, deleted": {
    sql: "delete from flag_configurations where flag_key = 'plain'",
    flag: "plain",
    before: true,
    after: 404,
  },
  "segments, updated": {
    sql: `update segments set condition = ${BETA} where key = 'beta'`,
    flag: "for-beta",
    before: false,
    after: true,
  },
  "segments, inserted with the rule that names it": {
    sql: `begin;
      insert into segments (environment, key, name, condition) values ('production', 'pros', 'Pros', ${BETA});
      update flag_configurations set rules = '[{"id": "r", "when": {"segment": "pros"}, "serve": {"variant": "off"}}]'
      where flag_key = 'plain'; commit;`,
    flag: "plain",
    before: true,
    after: false,
  },
  "segments, deleted with the rule that named it": {
    sql: `begin;
      update flag_configurations set rules = '[]', default_serve = '{"variant": "on"}' where flag_key = 'for-beta';
      delete from segments where key = 'beta'; commit;`,
    flag: "for-beta",
    before: false,
    after: true,
  },
};

/** Without a call of the API, the next sweep must bring the edit to an isolate that holds the old contents. */
describe("an edit in SQL reaches a warm isolate within one sweep and a second", () => {
  let world: RestoredWorld;
  let reader: Isolate;
  beforeAll(async () => {
    world = await RestoredWorld.start();
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    const { db, backends } = world.project;
    const environments = await backends.neon.query<{ key: string }>("select key from environments where key = 'other'");
    if (environments.length === 0)
      await backends.neon.exec("insert into environments (key, name) values ('other', 'O')");
    await backends.neon.exec(
      "begin; delete from flag_configurations; delete from flags; delete from segments; commit;",
    );
    const nobody = { attribute: "plan", operator: "in", values: ["nobody"] } as const;
    await saveSegment(
      db,
      "production",
      { key: "beta", condition: { ...nobody, values: [...nobody.values] } },
      { actor: "test" },
    );
    const serve = { variant: "on" };
    await world.write({ key: "plain" });
    await world.write({ key: "text", type: "string", variants: { on: "old", off: "-" } });
    await world.write({
      key: "for-beta",
      default: { variant: "off" },
      rules: [{ id: "r", when: { segment: "beta" }, serve }],
    });
    await world.sweep();
    reader = world.isolate();
  });

  const valueOf = async (flag: string): Promise<unknown> => {
    const context = { targetingKey: "user-1", plan: "pro" };
    const { status, body } = await send(reader, world.project.serverKey, "POST", `/ofrep/v1/evaluate/flags/${flag}`, {
      context,
    });
    return status === 200 ? body.value : status;
  };
  const exec = (sql: string) => world.project.backends.neon.exec(sql);
  const sweepAndWait = async (): Promise<void> => {
    await world.sweep();
    await world.askLater(reader, "plain");
  };

  test.for(Object.entries(EDITS))("%s", async ([, { sql, flag, before, after }], { expect }) => {
    await valueOf("plain");
    expect(await valueOf(flag)).toEqual(before);
    await exec(sql);
    await sweepAndWait();
    expect(await valueOf(flag)).toEqual(after);
  });

  test("sdk_keys: insert, update and delete", async ({ expect }) => {
    const statusWith = async (token: string) =>
      (await send(reader, token, "POST", "/ofrep/v1/evaluate/flags/plain", {})).status;
    const { token, id } = await aToken(world.project, "server", "production", { isStored: false });
    expect(await statusWith(token)).toBe(401);
    const made = await aToken(world.project, "server", "production");
    await sweepAndWait();
    expect(await statusWith(made.token)).toBe(200);
    await exec(`update sdk_keys set revoked_at = now() where id = '${made.id}'`);
    await sweepAndWait();
    expect(await statusWith(made.token)).toBe(401);
    await exec(`update sdk_keys set revoked_at = null where id = '${made.id}'`);
    await sweepAndWait();
    expect(await statusWith(made.token)).toBe(200);
    await exec(`delete from sdk_keys where id in ('${made.id}', '${id}')`);
    await sweepAndWait();
    expect(await statusWith(made.token)).toBe(401);
  });

  test("environments: delete", async ({ expect }) => {
    const { token } = await aToken(world.project, "server", "other");
    await world.write({ key: "plain" }, "other");
    const status = async () => (await send(reader, token, "POST", "/ofrep/v1/evaluate/flags/plain", {})).status;
    expect(await status()).toBe(200);
    await exec(`begin; delete from flag_configurations where environment = 'other';
      delete from sdk_keys where environment = 'other'; delete from environments where key = 'other'; commit;`);
    await world.sweep();
    await world.clock.advance(1001);
    await status();
    expect([401, 404]).toContain(await status());
  });
});
