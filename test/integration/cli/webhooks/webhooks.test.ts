import { afterAll, beforeAll, describe, test } from "vitest";
import { type CliTest, startCliTest } from "../harness.ts";

describe("burgee webhooks", () => {
  let t: CliTest;
  let status = 204;
  const bodies: string[] = [];
  beforeAll(async () => {
    t = await startCliTest(
      {},
      {
        async fetch(_url, init) {
          bodies.push(init?.body as string);
          return new Response(null, { status });
        },
      },
    );
  });
  afterAll(() => t.close());

  const create = ["webhooks", "create", "--name", "Releases", "--to", "https://hooks.example.com/secret-path"];
  const idOf = async () => (await t.run("webhooks list --json")).json[0].id as string;

  test("create prints the secret alone, and list never shows it", async ({ expect }) => {
    const { code, out, err } = await t.run([
      ...create,
      "--environments",
      "production",
      "--entities",
      "flag",
      "segment",
    ]);
    expect({ code, out, err }).toEqual({
      code: 0,
      out: expect.stringMatching(/^whsec_[\w+/]{43}=\n$/),
      err: expect.stringMatching(/^Created webhook \w{16}\. Its signing secret is shown only once:\n$/),
    });
    const listed = await t.run("webhooks ls");
    expect(listed.out).toContain("https://hooks.example.com/…");
    expect(listed.out).toContain("production, flag, segment");
    expect(listed.out).not.toContain("secret-path");
    expect(listed.out).not.toContain(out.trim());
  });

  test("events of changes are listed, and sent again", async ({ expect }) => {
    const id = await idOf();
    await t.run("flags create noted -e production");
    expect(bodies).toHaveLength(1);
    const { out } = await t.run(`webhooks deliveries ${id}`);
    const [, row = ""] = out.split("\n");
    expect(row).toMatch(/^evt_[0-9a-f]{32} +production +\d+ +1 +delivered +1 +\S+ +status 204$/);
    const event = row.split(" ")[0] ?? "";
    expect((await t.run(`webhooks redeliver ${id} ${event}`)).out).toBe(`webhook ${id}: 1 event queued again\n`);
    expect(bodies).toEqual([bodies[0], bodies[0]]);
    await t.project.backends.neon.query("update webhook_events set state = 'dead'");
    expect((await t.run(`webhooks dead-letters ${id}`)).out).toContain(event);
    expect((await t.run(`webhooks redeliver ${id} --dead-letters`)).out).toContain("1 event queued again");
    expect((await t.run(`webhooks dead-letters ${id}`)).out).toBe("");
  });

  test("test says what the receiver responded, and fails if it refuses", async ({ expect }) => {
    const id = await idOf();
    expect((await t.run(`webhooks test ${id}`)).out).toMatch(/: accepted with status 204 in \d+ ms\n$/);
    status = 403;
    expect(await t.run(`webhooks test ${id}`)).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringContaining("did not accept the test event: status 403, the receiver refused the event"),
    });
    expect((await t.run(`webhooks test ${id} --json`)).json).toMatchObject({ accepted: false, status: 403 });
    status = 204;
  });

  test("update changes filters and switches the webhook off", async ({ expect }) => {
    const id = await idOf();
    const dry = await t.run(`webhooks update ${id} --tags billing --all-entities --disable --dry-run`);
    expect(dry.out).toContain("+ Enabled: false");
    expect((await t.run(`webhooks update ${id} --tags billing --all-entities --disable`)).out).toBe(
      `webhook ${id}: changed\n`,
    );
    expect((await t.run("webhooks list --json")).json[0]).toMatchObject({
      tags: ["billing"],
      entities: null,
      enabled: false,
    });
  });

  test("rotate-secret prints the new secret alone, and can end the previous one", async ({ expect }) => {
    const id = await idOf();
    expect(await t.run(`webhooks rotate-secret ${id} --overlap 2h`)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^whsec_[\w+/]{43}=\n$/),
      err: expect.stringMatching(/^The previous secret also signs until \S+Z\. The new signing secret/),
    });
    expect((await t.run(`webhooks rotate-secret ${id} --end-previous --dry-run`)).out).toContain(
      "+ Previous secret until: null",
    );
    expect((await t.run(`webhooks rotate-secret ${id} --end-previous`)).out).toContain("the previous secret has ended");
    expect((await t.run(`webhooks rotate-secret ${id} --overlap 0s`)).err).toContain("The previous secret has ended.");
  });

  test.for([
    ["webhooks create --name x", 2, "--to"],
    ["webhooks create --name x --to http://hooks.example.com/", 1, "/url must begin with https://"],
    ["webhooks create --name x --to https://hooks.example.com/ --format teams", 2, "standard, slack"],
    ["webhooks create --name x --to https://10.0.0.1/ --dry-run", 1, "/url"],
    ["webhooks update 9999999999 --tags a --all-tags", 2, "use either --tags or --all-tags"],
    ["webhooks update 9999999999 --enable --disable", 2, "use either --enable or --disable"],
    ["webhooks update 9999999999", 2, "nothing to change"],
    ["webhooks redeliver 9999999999", 2, "name an event, or use --dead-letters"],
    ["webhooks rotate-secret 9999999999 --overlap 31d", 2, "from 0s to 30d"],
    ["webhooks test 9999999999", 1, "does not exist"],
  ] as const)("%s is refused", async ([line, code, message], { expect }) => {
    const ran = await t.run(line);
    expect({ code: ran.code, err: ran.err }).toEqual({ code, err: expect.stringContaining(message) });
  });

  test("delete removes the webhook with its events", async ({ expect }) => {
    const id = await idOf();
    expect((await t.run(`webhooks delete ${id} --dry-run`)).code).toBe(0);
    expect((await t.run(`webhooks delete ${id}`)).out).toBe(`webhook ${id}: deleted\n`);
    expect((await t.run("webhooks list")).out).toBe("");
    expect(await t.project.backends.neon.query("select 1 from webhook_events")).toEqual([]);
  });
});
