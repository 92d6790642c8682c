import { expect, test } from "vitest";
import { conformanceDifferences } from "../../../support/provider-conformance.ts";

test("the provider gives the results of the conformance cases", async () => {
  expect(await conformanceDifferences()).toEqual([]);
});
