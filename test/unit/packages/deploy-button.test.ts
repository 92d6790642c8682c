import { readFile } from "node:fs/promises";
import { test } from "vitest";
import manifest from "../../../package.json" with { type: "json" };
import { parseSettingsOf } from "../../../src/env.ts";

const example = await readFile(new URL("../../../.dev.vars.example", import.meta.url), "utf8");

test("Cloudflare's button asks for the secrets that a deployment needs, with a description each", ({ expect }) => {
  const asked = Array.from(example.matchAll(/^(\w+)=(.*)$/gm), ([, name, value]) => [name, value]);
  // A value that stands here would be uploaded by everybody who keeps it.
  expect(asked).toEqual([
    ["DATABASE_URL", '""'],
    ["KEY_SECRET", '""'],
  ]);
  expect(Object.keys(manifest.cloudflare.bindings)).toEqual(asked.map(([name]) => name));
  expect(() => parseSettingsOf(["DATABASE_URL", "KEY_SECRET"], {})).toThrow("DATABASE_URL is missing");
});
