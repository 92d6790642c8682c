import fc from "fast-check";
import { describe, test } from "vitest";
import { describeError, errorFields, type LogFields, redactingLog } from "../../../src/ops/log.ts";
import { createRedact, redact } from "../../../src/ops/redact.ts";

const secret = fc.stringMatching(/^[A-Za-z0-9_]{12,40}$/);

describe("redact", () => {
  test.each([
    (s: string) => `cannot parse postgres://u:${s}@db.example/x?sslmode=require`,
    (s: string) => `(connection string: psql 'postgresql://u:${s}@db.example/x')`,
    (s: string) => `postgresql%3A%2F%2Fu%3A${s}%40db.example%2Fx`,
    (s: string) => `host=db user=u password=${s} dbname=x`,
    (s: string) => `host=db password = 'a b ${s}' dbname=x`,
    (s: string) => `password='a b ${s}`,
    (s: string) => `PGPASSWORD=${s} psql`,
    (s: string) => `Request cannot be constructed from https://me:${s}@host/path`,
    (s: string) => `https://me:a/${s}@host/path`,
    (s: string) => `https://${s}@host/path`,
    (s: string) => `redis://default:${s}@host:6379`,
    (s: string) => `GET https://host/x?a=1&_token=${s}&b=2 failed`,
    (s: string) => `/flags?sdkKey=${s}`,
    (s: string) => `/x?api_key=${s}`,
    (s: string) => `{"headers":{"Authorization":"Bearer ${s}"}}`,
    (s: string) => `{"token":"${s}"}`,
    (s: string) => `Authorization: Basic ${s}`,
    (s: string) => `no such key bgs_production_${s}`,
    (s: string) => `bga_write_${s}`,
    (s: string) => `bgc_shop-eu_${s}_x`,
    (s: string) => `bgo_production_${s}`,
  ])("removes a secret: %s", (textWith) => {
    fc.assert(
      fc.property(secret, (value) => {
        if (redact(textWith(value)).includes(value)) throw new Error(redact(textWith(value)));
      }),
      { numRuns: 50 },
    );
  });

  test.each([
    "KEY_SECRET must have at least 32 characters; make one with `openssl rand -hex 32`",
    "UPSTASH_REDIS_REST_TOKEN is missing; UPSTASH_REDIS_REST_URL needs it",
    "connect ECONNREFUSED 127.0.0.1:5432",
    "https://flags.example.com did not respond within 30 s",
    'flag "checkout" does not exist in environment "staging"',
    "the secret: it is not repeated",
  ])("leaves other text alone: %s", (text) => {
    if (redact(text) !== text) throw new Error(redact(text));
  });

  test("takes time in proportion to the text's length", { timeout: 5000 }, () => {
    for (const part of ["://", "://x", "password=", "'", '"token":', "bgs_", "Bearer ", "postgres:"])
      redact(part.repeat(1_000_000));
  });
});

describe("createRedact", () => {
  test("removes known values in any text, also escaped or in part", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 12, unit: "grapheme-ascii" }), fc.string(), (password, around) => {
        fc.pre(password.trim().length >= 8 && password === password.trim());
        const url = `postgres://u:${encodeURIComponent(password)}@db/x`;
        const clean = createRedact({ DATABASE_URL: url, KEY_SECRET: password });
        for (const form of [password, encodeURIComponent(password), JSON.stringify(password).slice(1, -1), url]) {
          const text = clean(`${around} ${form} ${around}`);
          if (!around.includes(form) && text.includes(form)) throw new Error(text);
        }
      }),
    );
  });

  test("names the setting whose value it removed", ({ expect }) => {
    const clean = createRedact({ UPSTASH_REDIS_REST_TOKEN: "AXs3cret-token", KEY_SECRET: undefined });
    expect(clean("WRONGPASS AXs3cret-token")).toBe("WRONGPASS (UPSTASH_REDIS_REST_TOKEN)");
  });
});

describe("a redacting log", () => {
  const thrown = (text: string): unknown[] => [
    new Error(text),
    new Error("outer", { cause: new Error("middle", { cause: new Error(text) }) }),
    new AggregateError([new Error("one"), new Error(text)], "all failed"),
    new Error("outer", { cause: new AggregateError([new TypeError(text)]) }),
    new Error("outer", { cause: text }),
    Object.assign(new Error("named"), { name: text }),
    text,
    { message: text },
    [text],
    undefined,
    null,
  ];

  test("writes no secret of any thrown value", ({ expect }) => {
    const lines: string[] = [];
    const note = (event: string, fields?: LogFields) => void lines.push(JSON.stringify({ event, ...fields }));
    const value = "a-very-secret-value";
    const log = redactingLog({ info: note, warn: note, error: note }, createRedact({ KEY_SECRET: value }));
    for (const error of thrown(`failed with ${value}`)) log.warn("failed", errorFields(error));
    for (const error of thrown(`${"x".repeat(490)}${value}`)) log.error("failed", errorFields(error));
    expect(lines).toHaveLength(22);
    for (const line of lines) expect(line).not.toContain(value.slice(0, 8));
  });

  test("a chain of causes that is a cycle ends", ({ expect }) => {
    const error = new Error("round");
    error.cause = error;
    expect(describeError(error).length).toBeLessThan(10);
  });
});
