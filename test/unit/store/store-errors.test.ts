import { describe, test } from "vitest";
import { ConflictError, InvalidInputError, StoreUnavailableError } from "../../../src/ops/errors.ts";
import { storeError } from "../../../src/store/store-errors.ts";

const databaseError = (code: string) => Object.assign(new Error("duplicate value secret-value"), { code });

describe("errors of the store", () => {
  test.for([
    ["40001", ConflictError],
    ["40P01", ConflictError],
    ["23505", ConflictError],
    ["21000", InvalidInputError],
    ["22003", InvalidInputError],
    ["22021", InvalidInputError],
    ["22P05", InvalidInputError],
    ["57014", StoreUnavailableError],
    ["08006", StoreUnavailableError],
  ] as const)("SQLSTATE %s becomes its own error, without values", ([code, kind], { expect }) => {
    const error = storeError(databaseError(code));
    expect(error).toBeInstanceOf(kind);
    expect(error.message).not.toContain("secret-value");
  });

  test("an error that is not from Postgres means that the store is unavailable", ({ expect }) => {
    expect(storeError(new TypeError("fetch failed"))).toBeInstanceOf(StoreUnavailableError);
  });
});
