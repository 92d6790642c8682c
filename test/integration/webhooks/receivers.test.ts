import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, test } from "vitest";
import { isFromBurgee } from "../../../examples/webhooks/receiver-without-packages.ts";
import { receive } from "../../../examples/webhooks/receiver.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { type Isolate, startIsolate } from "../../support/app.ts";
import { startTestProject, type TestProject } from "../../support/project.ts";
import { aFlagBody, FLAGS, send } from "../management/client.ts";

const ROOT = new URL("../../../", import.meta.url);

describe("the receivers of docs/webhooks.md", () => {
  let project: TestProject;
  let isolate: Isolate;
  let secrets: string[];
  const requests: Request[] = [];
  beforeAll(async () => {
    project = await startTestProject();
    // Receivers compare the time of a request with that of their own clock.
    isolate = startIsolate(project.bindings, new FakeClock(Date.now()), {
      async fetch(url, init) {
        const request = new Request(url, init);
        requests.push(request.clone());
        return await receive(request, secrets[0] ?? "");
      },
    });
    const webhook = { name: "x", url: "https://hooks.example.com/" };
    const created = await send(isolate, project.adminToken, "POST", "/api/v1/webhooks", webhook);
    secrets = [created.body.secret];
    await send(isolate, project.adminToken, "POST", FLAGS, aFlagBody("noted"));
    const path = `/api/v1/webhooks/${created.body.webhook.id}/secret`;
    secrets.push((await send(isolate, project.adminToken, "POST", path, {})).body.secret);
    await send(isolate, project.adminToken, "PATCH", `${FLAGS}/noted`, { enabled: false });
  });
  afterAll(() => project.close());

  test("accept each event, also while the secret is being replaced", async ({ expect }) => {
    expect(requests).toHaveLength(2);
    const states = await project.backends.neon.query("select state, attempts from webhook_events");
    expect(states).toEqual([
      { state: "delivered", attempts: 1 },
      { state: "delivered", attempts: 1 },
    ]);
    for (const request of requests) expect((await receive(request.clone(), secrets[0] ?? "")).status).toBe(204);
    expect((await receive(requests[1]?.clone() as Request, secrets[1] ?? "")).status).toBe(204);
    expect((await receive(requests[0]?.clone() as Request, secrets[1] ?? "")).status).toBe(401);
  });

  test("without packages verify the same requests, and no others", async ({ expect }) => {
    const [first, second] = requests as [Request, Request];
    const [body, [old = "", current = ""]] = [await second.clone().text(), secrets];
    for (const secret of [old, current]) expect(await isFromBurgee(second.headers, body, secret)).toBe(true);
    expect(await isFromBurgee(first.headers, await first.clone().text(), current)).toBe(false);
    expect(await isFromBurgee(second.headers, `${body} `, current)).toBe(false);
    const changed = async (name: string, value: string | undefined) => {
      const headers = new Headers(second.headers);
      if (value === undefined) headers.delete(name);
      else headers.set(name, value);
      return await isFromBurgee(headers, body, current);
    };
    expect(await changed("webhook-id", "evt_other")).toBe(false);
    expect(await changed("webhook-timestamp", String(Math.floor(Date.now() / 1000) - 301))).toBe(false);
    for (const name of ["webhook-id", "webhook-timestamp", "webhook-signature"])
      expect(await changed(name, undefined), name).toBe(false);
    for (const value of ["", "v1", "v1,", "v1,%%%", "v2,AAAA", "v1,AAAA v1,BBBB"])
      expect(await changed("webhook-signature", value), value).toBe(false);
  });

  test.for(["receiver.ts", "receiver-without-packages.ts"])(
    "are those of examples/webhooks/%s",
    async (name, { expect }) => {
      const code = await readFile(new URL(`examples/webhooks/${name}`, ROOT), "utf8");
      const page = await readFile(new URL("docs/webhooks.md", ROOT), "utf8");
      expect(page).toContain(`\`\`\`ts\n${code.slice(code.indexOf("\n") + 1)}\`\`\``);
    },
  );
});
