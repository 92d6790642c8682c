import { expect, test } from "vitest";
import create from "../../../create-burgee/package.json" with { type: "json" };
import manifest from "../../../package.json" with { type: "json" };

test("create-burgee has the version of burgee, and asks for exactly that one", () => {
  expect([create.version, create.dependencies.burgee]).toEqual([manifest.version, manifest.version]);
});
