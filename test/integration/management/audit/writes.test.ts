import { afterAll, beforeAll, describe, test } from "vitest";
import { aFlagBody, FLAGS, type ManagementTest, send, startManagementTest } from "../client.ts";

const AUDIT = "/api/v1/environments/production/audit";
const WRITES = `${AUDIT}/writes`;

interface Group {
  write: number;
  count: number;
  kinds: Record<string, number>;
  changes: { id: number; key: string }[];
}

describe("the audit by writes", () => {
  let t: ManagementTest;
  let sql: (text: string, parameters?: unknown[]) => Promise<unknown>;
  beforeAll(async () => {
    t = await startManagementTest();
    sql = (text, parameters) => t.project.backends.neon.query(text, parameters);
    const flags = Array.from({ length: 300 }, (_, i) => aFlagBody(`many-${i}`));
    await t.call("POST", "/api/v1/environments/production/apply", { flags }, { "x-change-note": "the%20import" });
    await t.call("POST", FLAGS, aFlagBody("single"));
    await t.call("POST", "/api/v1/environments", { key: "staging", copyFrom: "production" });
    await t.call("PATCH", "/api/v1/flags/single", { description: "Shared" }, { "x-change-note": "PAY-1423" });
  });
  afterAll(() => t.close());

  const list = async (query = "", path = WRITES) => (await t.call("GET", `${path}?${query}`)).body;

  test("count what each write changed, with its writer, note, environments and versions", async ({ expect }) => {
    const { items } = await list();
    const [description, single, many] = items;
    expect(description).toMatchObject({
      count: 1,
      note: "PAY-1423",
      kinds: { "flag update": 1 },
      versions: { production: expect.any(Number), staging: expect.any(Number) },
      changes: [{ key: "single", after: { description: "Shared" }, versions: description.versions }],
    });
    expect(single).toMatchObject({ count: 2, kinds: { "flag create": 1, "configuration create": 1 } });
    expect(many).toMatchObject({
      count: 600,
      hasMore: false,
      note: "the import",
      kinds: { "flag create": 300, "configuration create": 300 },
      environments: ["production"],
      actorName: "test admin",
      actor: `key:${t.project.adminToken.split("_")[2]}`,
    });
    expect(many.changes).toHaveLength(3);
    expect(many.changes[0].id).toBeLessThan(many.changes[1].id);
    const whole = await t.call("GET", `${AUDIT}?write=${many.write}&limit=200`);
    expect(whole.body.items).toHaveLength(200);
    expect(new Set(whole.body.items.map(({ write }: Group) => write))).toEqual(new Set([many.write]));
  });

  test("count only what the filters select", async ({ expect }) => {
    const { items } = await list("key=many-7");
    expect(items).toMatchObject([{ count: 2, changes: [{ key: "many-7" }, { key: "many-7" }] }]);
    expect((await list("text=pay-14")).items).toMatchObject([{ note: "PAY-1423" }]);
    expect((await list("text=MANY-29&entity=flag")).items).toMatchObject([{ count: 11 }]);
    expect((await list("text=nothing")).items).toEqual([]);
    expect((await list("entity=environment", "/api/v1/audit/writes")).items[0].changes[0].key).toBe("staging");
  });

  test("are found by the name, the id and the actor of their writer", async ({ expect }) => {
    const id = t.project.adminToken.split("_")[2];
    for (const actor of ["test%20admin", id, `key:${id}`]) {
      expect((await list(`actor=${actor}`)).items, actor).toHaveLength(3);
      expect((await list(`actor=${actor}`, AUDIT)).items.length, actor).toBeGreaterThan(0);
    }
    await sql("update flag_configurations set enabled = false where flag_key = 'single'");
    const [{ actor }] = (await list("limit=1")).items;
    expect((await list(`actor=${actor.slice(4)}`)).items[0]).toMatchObject({ actor, actorName: actor });
    expect((await list("actor=nobody")).items).toEqual([]);
  });

  test("have pages without gaps and repetitions, also of writes that ran at the same time", async ({ expect }) => {
    await interleave(sql);
    const whole: Group[] = (await list("limit=200")).items;
    for (const limit of [1, 2, 3]) {
      const paged: Group[] = [];
      let cursor: string | null = "";
      while (cursor !== null) {
        const page = await list(`limit=${limit}${cursor === "" ? "" : `&cursor=${cursor}`}`);
        expect(page.items.length).toBeLessThanOrEqual(limit);
        paged.push(...page.items);
        cursor = page.nextCursor;
      }
      expect(paged).toEqual(whole);
    }
    const total = whole.reduce((sum, { count }) => sum + count, 0);
    expect(total).toBe((await rowsOf(t)).length);
  });

  test("a search goes on where a page ends, in both forms", async ({ expect }) => {
    const found: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page = await list(`limit=50&entity=flag&text=many-1${cursor === "" ? "" : `&cursor=${cursor}`}`, AUDIT);
      found.push(...page.items.map(({ key }: { key: string }) => key));
      cursor = page.nextCursor;
    }
    expect(found).toHaveLength(111);
    expect(new Set(found).size).toBe(111);
  });

  test("a limited token sees no versions of other environments", async ({ expect }) => {
    const body = { role: "read", environments: ["staging"] };
    const { token } = (await t.call("POST", "/api/v1/tokens", body)).body;
    for (const path of ["writes?", "?"].map((end) => `/api/v1/environments/staging/audit/${end}`.replace("/?", "?"))) {
      const { body } = await send(t.isolate, token, "GET", `${path}text=PAY-1423`);
      expect(body.items).toHaveLength(1);
      expect(Object.keys(body.items[0].versions)).toEqual(["staging"]);
      expect(JSON.stringify(body)).not.toContain("production");
    }
  });

  test.for(["cursor=7", "cursor=a.b", "write=-1", "text=%00", "limit=201"])("refuses %s", async (query, { expect }) => {
    const { status, body } = await t.call("GET", `${WRITES}?${query}`);
    expect([status, body.errors[0].pointer]).toEqual([400, `/${query.split("=")[0]}`]);
  });
});

/** Mixes the records of two writes, as if they had run at the same time. */
async function interleave(sql: (text: string) => Promise<unknown>): Promise<void> {
  await sql(`insert into audit (actor, environment, entity, key, action, write_id)
    select 'sql:mixed', 'production', 'segment', 'mixed-' || i, 'update', n.base + i % 2
    from generate_series(1, 40) i, (select max(id) + 1 as base from audit) n order by i`);
  // The numbers of the two writes lie between the ids of their records.
  await sql(`with first as (select min(id) as id from audit where actor = 'sql:mixed')
    update audit set write_id = case when write_id % 2 = 0 then first.id - 1 else first.id + 3 end
    from first where actor = 'sql:mixed' and (write_id % 2 = 0 or audit.id > first.id + 3)`);
  await sql("delete from audit where actor = 'sql:mixed' and write_id > id");
}

async function rowsOf(t: ManagementTest): Promise<object[]> {
  return await t.project.backends.neon.query(
    "select 1 from audit where environment = 'production' or environment is null and entity = 'flag'",
  );
}
