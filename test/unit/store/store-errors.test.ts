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

  test.for([
    ["25006", "it is read-only", 25],
    ["42501", "the worker's database role lacks a right", 42],
    ["42P01", "its schema is not the one", 42],
    ["53100", "its disk is full", 53],
    ["53300", "it has too many connections", 53],
    ["53400", "it is short of a resource", 53],
    ["55P03", "another transaction holds a lock", 55],
    ["57014", "it took too long", 57],
    ["57P03", "it is starting, restarting or shutting down", 57],
    ["28P01", "it refused the credentials", 28],
    ["XX000", "it failed", "XX"],
  ] as const)(
    "a write that SQLSTATE %s refuses says why, and that nothing was changed",
    ([code, reason, sqlClass], { expect }) => {
      const error = storeError(databaseError(code), "write");
      expect(error).toMatchObject({ mayHaveHappened: false });
      expect(error.message).toMatch(new RegExp(`^the store refused to write: ${reason}`));
      expect(error.message).toContain(`(SQLSTATE ${code}, class ${sqlClass}); nothing was changed`);
      expect(storeError(databaseError(code)).message).toMatch(new RegExp(`^the store refused to read: ${reason}`));
    },
  );

  test.for(["08006", "40003", "57P01", "57P02"])(
    "a write that ends with SQLSTATE %s may have happened",
    (code, { expect }) => {
      expect(storeError(databaseError(code), "write")).toMatchObject({ mayHaveHappened: true });
      expect(storeError(databaseError(code), "read")).toMatchObject({ mayHaveHappened: false });
    },
  );

  test("a write without a response may have happened, a read has changed nothing", ({ expect }) => {
    expect(storeError(new TypeError("fetch failed"), "write")).toMatchObject({ mayHaveHappened: true });
    expect(storeError(new TypeError("fetch failed"), "read")).toMatchObject({ mayHaveHappened: false });
  });
});
