import { describe, test } from "vitest";
import { FlightLateError } from "../../../src/resilience/single-flight.ts";
import { toHttpError } from "../../../src/http/errors.ts";

describe("toHttpError", () => {
  test("maps a backend that is too slow to a 503 that says when to try again", ({ expect }) => {
    const error = toHttpError(new FlightLateError("twice"));
    expect([error.status, error.headers]).toEqual([503, { "retry-after": "1" }]);
  });
});
