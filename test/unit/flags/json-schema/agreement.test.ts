import { test } from "vitest";
import { compareWithAjv } from "../../../support/json-schema/agreement.ts";

test("random schemas accept and refuse the values that Ajv accepts and refuses", ({ expect }) => {
  const { accepted, refused, loops, differences } = compareWithAjv({ from: 1, to: 81 });
  expect(differences).toEqual([]);
  expect(Math.min(accepted, refused, loops)).toBeGreaterThan(10);
});
