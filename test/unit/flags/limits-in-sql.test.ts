import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import { MAX_NAMES_PER_CHANGE } from "../../../src/flags/changes.ts";
import { LIMITS } from "../../../src/flags/limits.ts";

const readFunction = (file: string) =>
  readFileSync(join(import.meta.dirname, "../../../migrations/functions", file), "utf8");

describe("limits in SQL", () => {
  it("record_change() names as many fields as a change may", ({ expect }) => {
    expect(readFunction("record-change.sql")).toContain(`max_fields constant int := ${MAX_NAMES_PER_CHANGE};`);
  });

  it("check_references() allows as many tests as a flag document may need", ({ expect }) => {
    expect(readFunction("check-references.sql")).toContain(`max_tests constant int := ${LIMITS.testsPerEvaluation};`);
  });
});
