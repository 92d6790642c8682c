import { describe, test } from "vitest";
import { payloadOf } from "../../../../src/delivery/webhooks/webhook-payload.ts";
import { slackMessageOf } from "../../../../src/delivery/webhooks/slack-message.ts";
import type { EventRow, QueuedEvent } from "../../../../src/store/webhooks/queued-event.ts";

const definition = { key: "checkout", kind: "flag", type: "boolean", variants: { on: true, off: false }, tags: [] };
const configuration = {
  environment: "production",
  flag_key: "checkout",
  enabled: false,
  rules: [],
  default_serve: { variant: "off" },
  off_variant: null,
};

function aRow(changes: Partial<EventRow> = {}): EventRow {
  const after = { ...configuration, enabled: true };
  return {
    entity: "configuration",
    key: "checkout",
    environment: "production",
    action: "update",
    before: configuration,
    after,
    isLarge: false,
    ...changes,
  };
}

function anEvent(rows: EventRow[], changes: Partial<QueuedEvent> = {}): QueuedEvent {
  return {
    id: 1,
    messageId: "evt_1",
    writeId: 7,
    version: 42,
    createdAt: "2026-11-28T09:00:00.000Z",
    actor: "key:AAAAAAAAAAAA",
    actorName: "Ada",
    note: null,
    entityCount: new Set(rows.map(({ key }) => key)).size,
    rows,
    attempts: 0,
    seenAt: null,
    log: [],
    ...changes,
  };
}

const aNewFlag = [
  aRow({ entity: "flag", environment: null, action: "create", before: null, after: definition }),
  aRow({ action: "create", before: null, after: configuration }),
];

describe("payloadOf", () => {
  test("tells which fields of a flag changed, by whom and why", ({ expect }) => {
    expect(payloadOf("production", anEvent([aRow()], { note: "launch" }))).toEqual({
      type: "flag.updated",
      timestamp: "2026-11-28T09:00:00.000Z",
      data: {
        environment: "production",
        version: 42,
        actor: "key:AAAAAAAAAAAA",
        actorName: "Ada",
        note: "launch",
        writeId: 7,
        count: 1,
        truncated: false,
        entity: "flag",
        key: "checkout",
        action: "updated",
        changes: [{ pointer: "/enabled", before: false, after: true }],
      },
    });
  });

  test("a new flag is one item with the fields of its definition and its configuration", ({ expect }) => {
    const { type, data } = payloadOf("production", anEvent(aNewFlag));
    expect(type).toBe("flag.created");
    const pointers = "changes" in data ? data.changes.map(({ pointer }) => pointer) : [];
    expect(pointers).toEqual(["/key", "/kind", "/type", "/variants", "/tags", "/enabled", "/rules", "/default"]);
  });

  test("a flag that is taken out of the environment is deleted there, wherever else it stays", ({ expect }) => {
    const taken = aRow({ action: "delete", before: configuration, after: null });
    expect(payloadOf("production", anEvent([taken])).type).toBe("flag.deleted");
    const edited = aRow({
      entity: "flag",
      environment: null,
      before: definition,
      after: { ...definition, tags: ["x"] },
    });
    expect(payloadOf("production", anEvent([edited, taken])).type).toBe("flag.deleted");
    expect(payloadOf("production", anEvent([edited])).type).toBe("flag.updated");
  });

  test("counts a row that the write changed twice once, from its first to its last state", ({ expect }) => {
    const between = { ...configuration, enabled: true, off_variant: "off" };
    const { data } = payloadOf(
      "production",
      anEvent([aRow({ after: between }), aRow({ before: between, after: { ...configuration, enabled: true } })]),
    );
    expect("changes" in data && data.changes).toEqual([{ pointer: "/enabled", before: false, after: true }]);
  });

  test("several changed flags are items of one event", ({ expect }) => {
    const payload = payloadOf("production", anEvent([aRow(), aRow({ key: "search" })]));
    expect(payload.type).toBe("changes.applied");
    expect(payload.data).toMatchObject({ count: 2, truncated: false, items: [{ key: "checkout" }, { key: "search" }] });
  });

  test("no secret and no fingerprint of a key is repeated", ({ expect }) => {
    const after = {
      id: "BBBBBBBBBBBB",
      kind: "server",
      name: "api",
      fingerprint: "0badcafe",
      environment: "production",
    };
    const row = aRow({ entity: "key", key: "BBBBBBBBBBBB", action: "create", before: null, after });
    const text = JSON.stringify(payloadOf("production", anEvent([row])));
    expect(text).toContain('"type":"key.created"');
    expect(text).not.toContain("0badcafe");
    const token = payloadOf("", anEvent([{ ...row, environment: null }], { version: null }));
    expect(token).toMatchObject({ type: "token.created", data: { environment: null } });
  });

  test("leaves out long values and says so", ({ expect }) => {
    const long = { ...configuration, rules: "x".repeat(3000) };
    const { data } = payloadOf("production", anEvent([aRow({ after: long })]));
    expect(data).toMatchObject({ truncated: true, changes: [{ pointer: "/rules", truncated: true }] });
  });

  test("stays below 64 KiB however much a write changes", ({ expect }) => {
    const wide = (text: string) => Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`field-${i}`, text]));
    const rows = Array.from({ length: 50 }, (_, i) =>
      aRow({ key: `flag-${i}`.padEnd(128, "x"), before: wide("a".repeat(900)), after: wide("b".repeat(900)) }),
    );
    const payload = payloadOf("production", anEvent(rows, { entityCount: 600 }));
    expect(JSON.stringify(payload).length).toBeLessThan(64 * 1024);
    expect(payload.data).toMatchObject({ count: 600, truncated: true });
    expect("items" in payload.data && payload.data.items).toHaveLength(50);
  });

  test("is complete but for the fields if the rows were large or are gone", ({ expect }) => {
    const large = payloadOf("production", anEvent([aRow({ before: null, after: null, isLarge: true })]));
    expect(large).toMatchObject({ type: "flag.updated", data: { key: "checkout", truncated: true, changes: [] } });
    const gone = payloadOf("production", anEvent([], { entityCount: 1 }));
    expect(gone).toMatchObject({ type: "changes.applied", data: { count: 1, truncated: true, items: [] } });
  });
});

describe("slackMessageOf", () => {
  const message = (rows: EventRow[], changes: Partial<QueuedEvent> = {}) =>
    slackMessageOf(payloadOf("production", anEvent(rows, changes)));

  test("says in one message what changed, where, by whom and why", ({ expect }) => {
    const { text, blocks } = message([aRow()], { note: "launch" });
    expect(text).toBe("flag `checkout` updated in production by Ada");
    expect(blocks).toEqual([
      {
        type: "section",
        text: {
          type: "mrkdwn",
          text: "*flag `checkout` updated in production*\n> launch\n   `/enabled`: `false` → `true`",
        },
      },
      { type: "context", elements: [{ type: "mrkdwn", text: "Ada · version 42" }] },
    ]);
  });

  test("escapes the characters with which a text could mention a channel, link or format", ({ expect }) => {
    const row = aRow({ key: "a<!channel>&`b`", after: { ...configuration, enabled: "<https://evil.example|x>\n*b*" } });
    const text = JSON.stringify(message([row], { actorName: "<@U123>", note: "<!here> & more" }));
    expect(text).not.toMatch(/[<]|&(?!amp;|lt;|gt;)/);
    expect(text).toContain("a&lt;!channel&gt;&amp;ˋbˋ");
  });

  test("fits into Slack's limits, with whole lines", ({ expect }) => {
    const rows = Array.from({ length: 50 }, (_, i) =>
      aRow({
        key: `${"<".repeat(100)}${i}`,
        after: { ...configuration, a: "&".repeat(500), b: 1, c: 2, d: 3, e: 4, f: 5 },
      }),
    );
    const { blocks } = message(rows, { entityCount: 600, note: "😀".repeat(400) });
    const [section] = blocks as [{ text: { text: string } }];
    expect(section.text.text.length).toBeLessThanOrEqual(3000);
    expect(section.text.text.isWellFormed()).toBe(true);
    expect(section.text.text.split("\n").every((line) => (line.match(/`/g)?.length ?? 0) % 2 === 0)).toBe(true);
  });
});
