import { afterAll, beforeAll, describe, test } from "vitest";
import { escapeControls, oneLine } from "../../../cli/text/escape.ts";
import { type CliTest, startCliTest } from "./harness.ts";

const EVIL = "web\u001b[2J\u001b]0;pwned\u0007 x\nFAKE-ID  client  ok\u009b31m\u202egnp\u2028\u{E0041}\u007f";
const AUDIT = "audit list -e production";
const page = (item: object) => async () => Response.json({ items: [item], nextCursor: null });

describe("texts from the deployment on a terminal", () => {
  let t: CliTest;
  beforeAll(async () => {
    t = await startCliTest();
  });
  afterAll(() => t.close());

  const instant = "2026-01-01T00:00:00Z";
  const change = {
    id: 1,
    at: instant,
    actor: EVIL,
    environment: null,
    entity: EVIL,
    key: EVIL,
    action: EVIL,
    version: 1,
    versions: {},
    write: 1,
    note: EVIL,
    actorName: EVIL,
    before: { [EVIL]: EVIL },
    after: { [EVIL]: 1 },
  };
  /** The list on a terminal shows writes, and --json shows their changes. */
  const write = {
    write: 1,
    at: instant,
    actor: EVIL,
    actorName: EVIL,
    note: EVIL,
    count: 1,
    hasMore: false,
    kinds: { [EVIL]: 1 },
    environments: [EVIL],
    versions: {},
    changes: [change],
  };
  const LISTS: [string, object][] = [
    [
      "env list",
      { key: EVIL, name: EVIL, version: 1, overridesAllowed: false, requiresNote: false, createdAt: instant },
    ],
    [
      "keys list -e production",
      {
        id: EVIL,
        environment: "production",
        kind: "client",
        name: EVIL,
        origins: [EVIL],
        createdAt: instant,
        lastUsedAt: null,
        revokedAt: null,
      },
    ],
    [
      "segments list -e production",
      {
        key: EVIL,
        name: EVIL,
        description: EVIL,
        condition: {},
        version: 1,
        usedBy: { flags: [], segments: [] },
        createdAt: instant,
        updatedAt: instant,
      },
    ],
    [
      "flags list -e production",
      { key: EVIL, kind: EVIL, type: EVIL, variants: {}, enabled: true, default: { variant: EVIL } },
    ],
  ];

  test.for([...LISTS, [AUDIT, write] as const])(
    "%s shows each text on one line without control characters",
    async ([line, item], { expect }) => {
      const { out, code } = await t.run(line, { fetch: page(item) });
      expect(code).toBe(0);
      expect(out).toContain("\\u001b[2J");
      expect(out).not.toMatch(/[^\P{C}\n]/u);
      expect(out).not.toMatch(/^\s*FAKE-ID/m);
    },
  );

  test.for([...LISTS, [AUDIT, change] as const])(
    "%s --json is still the same JSON",
    async ([line, item], { expect }) => {
      const { out, json } = await t.run(`${line} --json`, { fetch: page(item) });
      expect(json).toEqual([item]);
      expect(out).not.toMatch(/[^\P{C}\n]/u);
    },
  );

  test("errors of the deployment are shown on their own lines only", async ({ expect }) => {
    const body = {
      type: "t",
      title: "x",
      status: 422,
      detail: EVIL,
      requestId: EVIL,
      errors: [{ pointer: EVIL, detail: EVIL }],
    };
    const headers = { "content-type": "application/problem+json" };
    const fetch = async () => new Response(JSON.stringify(body), { status: 422, headers });
    const { err } = await t.run("flags list -e production", { fetch });
    expect(err.trimEnd().split("\n")).toHaveLength(3);
    expect(err).not.toMatch(/[^\P{C}\n]/u);
    const { err: json } = await t.run("flags list -e production --json", { fetch });
    expect(JSON.parse(json)).toMatchObject({ error: { errors: [{ pointer: EVIL, detail: EVIL }] } });
  });

  test("ordinary text in any script stays as it is", ({ expect }) => {
    for (const text of ["Größe 数量 مرحبا", "👩‍👩‍👧 family", "नमस्‍ते", "a\u200cb"]) expect(oneLine(text)).toBe(text);
    expect(escapeControls("a\n\tb")).toBe("a\n\tb");
    expect(oneLine("a\n\tb\r\ud800")).toBe("a\\n\\tb\\r\\ud800");
  });
});
