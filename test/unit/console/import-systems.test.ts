import { expect, test } from "vitest";
import { formOf } from "../../../console/src/state/import/systems.ts";
import { SYSTEM_NAMES } from "../../../sdk/import/index.ts";

test("every system has a form with its own label, and says which file it exports", () => {
  const without = SYSTEM_NAMES.filter((name) => formOf(name).source === undefined);
  expect(without).toEqual([]);
  expect(new Set(SYSTEM_NAMES.map((name) => formOf(name).label)).size).toBe(SYSTEM_NAMES.length);
});
