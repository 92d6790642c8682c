import { test } from "vitest";
import { compareWithAjv } from "../../support/json-schema/agreement.ts";

test("1,500 random schemas agree with Ajv", { timeout: 600_000 }, ({ expect }) => {
  const { accepted, refused, crashes, differences } = compareWithAjv({ from: 1000, to: 2500 });
  expect(differences).toEqual([]);
  // Ajv 8 throws for a few schemas in which references, choices and additional properties meet.
  expect(crashes).toBeLessThan(300);
  expect(Math.min(accepted, refused)).toBeGreaterThan(3000);
});
