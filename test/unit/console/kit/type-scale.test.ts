import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const STYLES = join(import.meta.dirname, "../../../../console/src/styles");
/** Inherited sizes, text that only screen readers have, and code, which follows the text around it. */
const OTHER_SIZES = ["inherit", "0", "0.93em"];

const sheets = readdirSync(STYLES, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".css"))
  .map((name) => ({ name, css: readFileSync(join(STYLES, name), "utf8") }));

test("every font size in the console's styles is one of the five of the tokens", () => {
  const tokens = sheets.find(({ name }) => name === "tokens.css")?.css.match(/--type-\d(?=:)/g) ?? [];
  expect(tokens).toHaveLength(5);
  const known = new Set([...OTHER_SIZES, ...tokens.map((token) => `var(${token})`)]);
  const sizes = sheets.flatMap(({ name, css }) =>
    [...css.matchAll(/(?<=[\s;{])font(?:-size)?:\s*([^;\s/]+)/g)].map(([, size = ""]) => ({ name, size })),
  );
  expect(sizes.length).toBeGreaterThan(20);
  expect(sizes.filter(({ size }) => !known.has(size))).toEqual([]);
});
