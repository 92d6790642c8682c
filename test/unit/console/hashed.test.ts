import { expect, test } from "vitest";
import { changeOperator } from "../../../console/src/ui/condition/condition.ts";
import {
  changeReader,
  hashesText,
  hasHashes,
  newSalt,
  withoutHashes,
} from "../../../console/src/ui/condition/hashed.ts";
import { conditionText } from "../../../sdk/words/condition.ts";
import { addIds, type HashedLeaf, idsInList } from "../../../src/flags/hashes/hashed-leaf.ts";
import { shortJson } from "../../../src/flags/hashes/short-json.ts";

const emails = { attribute: "email", operator: "in" as const, values: ["ann@acme.com", "bob@acme.com"] };
const HEX = "a".repeat(64);
const hashed = addIds({ attribute: "email", operator: "in", read: { sha256: "s" } }, emails.values).leaf;

test("values become hashes as soon as the condition reads a hash", () => {
  const leaf = changeReader({ ...emails, missing: true }, { sha256: "s" });
  expect(leaf).toEqual({ ...hashed, missing: true });
  expect(JSON.stringify(leaf)).not.toContain("ann");
  const mixed = changeReader({ ...emails, values: [12, true, null, "x"] }, { sha256: "s" });
  expect(idsInList(mixed as HashedLeaf, ["12", "true", "null", "x"])).toEqual(["12", "true", "x"]);
});

test("hexadecimal hashes stay, and an empty list stays empty", () => {
  expect(changeReader({ ...emails, values: [HEX] }, { sha256: "s" })).toMatchObject({ values: [HEX] });
  expect(changeReader({ ...emails, values: [] }, { sha256: "s" })).toEqual({
    ...emails,
    values: [],
    read: { sha256: "s" },
  });
});

test("hashes go with their reader or operator, unless the other one compares hashes too", () => {
  expect(changeReader(hashed, undefined)).toEqual({ ...emails, values: [] });
  expect(changeReader(hashed, "text")).toEqual({ ...emails, values: [], read: "text" });
  expect(changeOperator(hashed, "equals")).toEqual({ ...hashed, operator: "equals" });
  expect(changeOperator(hashed, "contains")).toEqual({ ...emails, operator: "contains", values: [] });
  expect(changeReader({ ...emails, values: ["x"] }, "text")).toEqual({ ...emails, values: ["x"], read: "text" });
});

test("a condition has hashes until they are removed", () => {
  expect([hasHashes(hashed), hasHashes(withoutHashes(hashed)), hasHashes(emails)]).toEqual([true, false, false]);
  expect(withoutHashes(hashed)).toEqual({ ...emails, values: [], read: { sha256: "s" } });
});

test("a new salt is 16 random bytes in hexadecimal", () => {
  expect(newSalt((bytes) => bytes.fill(7))).toBe("07".repeat(16));
  expect(newSalt()).not.toBe(newSalt());
});

test("hashes are shown by their number", () => {
  expect(hashesText(1)).toBe("1 hash");
  expect(hashesText(5000)).toBe("5,000 hashes");
  expect(conditionText(hashed)).toMatch(/^email .*is one of 2 hashes$/);
});

test("differences show the beginning of packed hashes, and whole conditions their number", () => {
  const many = addIds(
    hashed,
    Array.from({ length: 40 }, (_, i) => String(i)),
  ).leaf;
  expect(shortJson({ condition: many }, "")).toContain('"packed":{"width":8,"hashes":"42 hashes"}');
  const { hashes = "" } = many.packed ?? {};
  expect(shortJson(hashes, "/condition/packed/hashes")).toBe(`"${hashes.slice(0, 24)}…" (448 characters)`);
  expect(shortJson("x".repeat(99), "/variants/a")).toBe(JSON.stringify("x".repeat(99)));
  expect(shortJson({ packed: 1, hashes: "abc" }, "")).toBe('{"packed":1,"hashes":"abc"}');
});
