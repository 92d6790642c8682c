import { expect, test } from "vitest";
import { countsText } from "../../../../console/src/pages/audit/change.ts";
import { replacedKeys, rotationText } from "../../../../console/src/pages/keys/rotation.ts";
import { sizeText } from "../../../../console/src/pages/segments/size.ts";

const key = (id: string, name: string, origins: string[] = []) => ({
  id,
  environment: "production",
  kind: "client" as const,
  name,
  origins,
  createdAt: "2030-01-01T00:00:00Z",
  lastUsedAt: null,
  revokedAt: null,
});

test("a newer key with the same settings replaces a key", () => {
  const keys = [key("a", "shop", ["x", "y"]), key("b", "shop", ["x"]), key("c", "shop", ["y", "x"]), key("d", "app")];
  expect([...replacedKeys(keys)]).toEqual(["a"]);
});

test("a replaced key can be revoked when its last use is before today", () => {
  const today = Date.parse("2030-05-02T00:00:00Z");
  const texts = ["2030-05-01T23:59:59Z", "2030-05-02T00:00:00Z", null].map((lastUsedAt) =>
    rotationText({ lastUsedAt }, today),
  );
  expect(texts).toEqual([
    "Replaced and not used today: you can revoke it.",
    "Replaced, and still used today: revoke it when its last use is before today.",
    "Replaced and never used: you can revoke it.",
  ]);
});

test("the size of a segment counts the values of all its conditions", () => {
  const leaf = (values: string[]) => ({ attribute: "country", operator: "in" as const, values });
  expect(sizeText({ any: [leaf(["NL", "BE"]), { not: { all: [leaf(["DE"])] } }, { segment: "staff" }] })).toBe(
    "3 values",
  );
  expect(sizeText({ segment: "staff" })).toBe("");
});

test("a large write says in words how many documents it changed", () => {
  expect(countsText({ "flag create": 48, "configuration update": 1200, "segment delete": 1 })).toBe(
    "48 flags created, 1,200 configurations changed, 1 segment deleted",
  );
  expect(countsText({ "key create": 1, "webhook update": 2 })).toBe("1 SDK key created, 2 webhooks changed");
});
