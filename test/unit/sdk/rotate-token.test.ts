import { describe, expect, it } from "vitest";
import type { AdminToken } from "../../../sdk/client/contract.ts";
import { expiresWithin, successorOf } from "../../../sdk/client/rotate-token.ts";

const TOKEN: AdminToken = {
  id: "aB3dE5fG7hI9",
  role: "write",
  name: "Staging pipeline",
  environments: ["staging"],
  createdAt: "2026-01-01T00:00:00.000Z",
  createdBy: "admin",
  expiresAt: "2026-04-01T00:00:00.000Z",
  lastUsedOn: null,
  revokedAt: null,
} as AdminToken;

describe("the successor of an admin token", () => {
  it("has the same limits and the same lifetime, from now", () => {
    expect(successorOf(TOKEN)).toEqual({
      role: "write",
      name: "Staging pipeline",
      environments: ["staging"],
      expiresInSeconds: 90 * 24 * 3600,
    });
  });

  it("never expires if the token never does", () => {
    expect(successorOf({ ...TOKEN, expiresAt: null }).expiresInSeconds).toBeNull();
  });
});

describe("the end of the overlap", () => {
  it("comes after the expiry of a token that has less time left", () => {
    const week = 7 * 24 * 3600;
    expect(expiresWithin(TOKEN, week, "2026-03-25T00:00:00.000Z")).toBe(true);
    expect(expiresWithin(TOKEN, week, "2026-03-24T23:59:59.999Z")).toBe(false);
    expect(expiresWithin({ ...TOKEN, expiresAt: null }, week, "2026-03-25T00:00:00.000Z")).toBe(false);
  });
});
