import { describe, test } from "vitest";
import { constantTimeEqual, hashSecret, mintKey, verifyToken } from "../../../src/ops/token.ts";

const SECRET = "a key secret that only this test uses, long enough";

/** Creates a text that counts how many of its characters are read. */
function watched(text: string) {
  const seen = { count: 0 };
  const charCodeAt = (i: number) => {
    seen.count += 1;
    return text.charCodeAt(i);
  };
  return { seen, text: { length: text.length, charCodeAt } as unknown as string };
}

describe("tokens", () => {
  test("two texts are compared to their ends, wherever they differ", ({ expect }) => {
    const right = "0123456789abcdef0123456789abcdef";
    for (const at of [0, 1, 15, 31]) {
      const { text, seen } = watched(`${right.slice(0, at)}x${right.slice(at + 1)}`);
      expect(constantTimeEqual(text, right), `different at ${at}`).toBe(false);
      expect(seen.count, `different at ${at}`).toBe(right.length);
    }
    const { text, seen } = watched(right);
    expect(constantTimeEqual(text, right)).toBe(true);
    expect(seen.count).toBe(right.length);
  });

  test("a MAC covers kind, environment, id and secret", async ({ expect }) => {
    const { token } = await mintKey(SECRET, "client", "production");
    const { token: other } = await mintKey(SECRET, "server", "staging");
    expect(await verifyToken([SECRET], token)).toMatchObject({ kind: "client", environment: "production" });
    const parts = token.split("_");
    const others = other.split("_");
    for (let i = 0; i < 4; i++) {
      const mixed = parts.map((part, j) => (i === j ? others[j] : part)).join("_");
      expect(await verifyToken([SECRET], mixed), `part ${i}`).toBeUndefined();
    }
  });

  test("a token is valid under the previous secret too, and under no other", async ({ expect }) => {
    const { token, secretHash } = await mintKey(SECRET, "server", "production");
    const verified = await verifyToken(["a new secret of the deployment, 32 chars", SECRET], token);
    expect(verified).toMatchObject({ kind: "server", environment: "production" });
    expect(await hashSecret(verified?.secret ?? "")).toBe(secretHash);
    expect(await verifyToken(["a new secret of the deployment, 32 chars"], token)).toBeUndefined();
  });

  test("keys are unique, and no part contains a separator", async ({ expect }) => {
    const tokens = await Promise.all(Array.from({ length: 200 }, () => mintKey(SECRET, "server", "production")));
    expect(new Set(tokens.map(({ id }) => id)).size).toBe(200);
    for (const { token } of tokens)
      expect(token).toMatch(/^bgs_production_[A-Za-z0-9]{12}_[A-Za-z0-9]{24}_[0-9a-f]{32}$/);
  });
});
