import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";

const root = resolve(import.meta.dirname, "../../..");

const linesOf = (count: number): string => `export const a = [\n${"  1,\n".repeat(count - 2)}];\n`;
const functionOf = (count: number): string => `export const f = (): void => {\n${"  f();\n".repeat(count - 2)}};\n`;

type Case = readonly [path: string, code: string, rule: string];

const REFUSED: readonly Case[] = [
  ["src/evaluation/bad.ts", `import { x } from "../cache/x.ts"; export const y = x;`, "no-restricted-imports"],
  ["src/evaluation/bad.ts", `import { x } from "../store/x.ts"; export const y = x;`, "no-restricted-imports"],
  ["src/evaluation/bad.ts", `import { x } from "hono"; export const y = x;`, "no-restricted-imports"],
  ["src/evaluation/bad.ts", `export const now = (): number => Date.now();`, "no-restricted-properties"],
  ["src/evaluation/bad.ts", `export const chance = (): number => Math.random();`, "no-restricted-properties"],
  ["src/evaluation/bad.ts", `export const load = (): unknown => fetch("https://x.test");`, "no-restricted-globals"],
  ["src/flags/bad.ts", `import { x } from "../evaluation/x.ts"; export const y = x;`, "no-restricted-imports"],
  ["src/flags/bad.ts", `export const now = (): number => Date.now();`, "no-restricted-properties"],
  ["src/cache/bad.ts", `import { x } from "../store/x.ts"; export const y = x;`, "no-restricted-imports"],
  ["src/cache/bad.ts", `import { x } from "drizzle-orm"; export const y = x;`, "no-restricted-imports"],
  ["src/cache/redis/bad.ts", `import { x } from "../../store/x.ts"; export const y = x;`, "no-restricted-imports"],
  ["src/resilience/bad.ts", `import { x } from "../cache/x.ts"; export const y = x;`, "no-restricted-imports"],
  ["src/resilience/bad.ts", `export const now = (): number => Date.now();`, "no-restricted-properties"],
  ["src/store/bad.ts", `import { x } from "../cache/x.ts"; export const y = x;`, "no-restricted-imports"],
  ["src/store/bad.ts", `import { Redis } from "@upstash/redis"; export const y = Redis;`, "no-restricted-imports"],
  ["src/delivery/bad.ts", `import { x } from "../http/x.ts"; export const y = x;`, "no-restricted-imports"],
  ["src/delivery/bad.ts", `import { x } from "@neondatabase/serverless"; export const y = x;`, "no-restricted-imports"],
  ["src/http/bad.ts", `import { x } from "@upstash/redis"; export const y = x;`, "no-restricted-imports"],
  ["src/rpc/bad.ts", `import { x } from "@upstash/redis"; export const y = x;`, "no-restricted-imports"],
  ["console/src/bad.ts", `import { x } from "../../src/http/x.ts"; export const y = x;`, "no-restricted-imports"],
  ["cli/bad.ts", `import { x } from "../src/store/x.ts"; export const y = x;`, "no-restricted-imports"],
  ["sdk/client/bad.ts", `import { x } from "../../src/flags/x.ts"; export const y = x;`, "no-restricted-imports"],
  ["sdk/project/bad.ts", `import { x } from "../../cli/x.ts"; export const y = x;`, "no-restricted-imports"],
  ["sdk/project/bad.ts", `import { x } from "node:fs"; export const y = x;`, "no-restricted-imports"],
  ["sdk/import/bad.ts", `import { x } from "../../cli/x.ts"; export const y = x;`, "no-restricted-imports"],
  ["sdk/export/bad.ts", `import { x } from "node:fs"; export const y = x;`, "no-restricted-imports"],
  ["sdk/export/bad.ts", `export const now = (): number => Date.now();`, "no-restricted-properties"],
  ["src/http/bad.ts", `export default 1;`, "no-default-export"],
  ["src/http/bad.ts", `export const log = (): void => console.log("x");`, "no-console"],
  ["src/http/bad.ts", linesOf(301), "(max-lines)"],
  ["console/src/bad.tsx", linesOf(301), "(max-lines)"],
  ["test/unit/bad.test.ts", linesOf(301), "(max-lines)"],
  ["src/http/bad.ts", functionOf(71), "max-lines-per-function"],
  ["dev/bad.ts", functionOf(71), "max-lines-per-function"],
  ["test/support/bad.ts", functionOf(71), "max-lines-per-function"],
];

const ALLOWED: readonly Case[] = [
  ["src/http/good.ts", linesOf(300), "(max-lines)"],
  ["src/http/good.ts", functionOf(70), "max-lines-per-function"],
  ["test/unit/good.test.ts", functionOf(71), "max-lines-per-function"],
  ["src/evaluation/good.ts", `import { x } from "../flags/x.ts"; export const y = x;`, "no-restricted"],
];

/** Each of the two imports a type of the other. */
const CYCLE = [
  ["src/http/left.ts", `import type { Right } from "./right.ts"; export type Left = Right[] | 1;`],
  ["src/http/right.ts", `import type { Left } from "./left.ts"; export type Right = Left[] | 2;`],
] as const;

/** A linter that checks nothing also reports nothing, so each boundary is broken here once. */
describe("the linter", () => {
  const folder = mkdtempSync(join(tmpdir(), "burgee-lint-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let problems: string[] = [];

  /** Returns the file of a case. Each case has its own, so that one run of the linter checks them all. */
  const fileOf = (path: string, index: number): string => path.replace(".", `-${index}.`);

  const problemsOf = (file: string): string[] => problems.filter((problem) => problem.startsWith(`${file}:`));

  beforeAll(() => {
    copyFileSync(join(root, ".oxlintrc.json"), join(folder, ".oxlintrc.json"));
    const cases = [...REFUSED, ...ALLOWED].map(([path, code], index) => [fileOf(path, index), code] as const);
    for (const [path, code] of [...cases, ...CYCLE]) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, code);
    }
    const { stdout } = spawnSync(join(root, "node_modules/.bin/oxlint"), ["--format", "unix"], {
      cwd: folder,
      encoding: "utf8",
    });
    problems = stdout.split("\n");
  });

  test.for(REFUSED.entries().toArray())("refuses case %i: %j", ([index, [path, , rule]], { expect }) => {
    expect(problemsOf(fileOf(path, index)).join("\n")).toContain(rule);
  });

  test.for(ALLOWED.entries().toArray())("allows case %i: %j", ([index, [path, , rule]], { expect }) => {
    expect(problemsOf(fileOf(path, REFUSED.length + index)).join("\n")).not.toContain(rule);
  });

  test("refuses a cycle of type imports", ({ expect }) => {
    for (const [path] of CYCLE) expect(problemsOf(path).join("\n")).toContain("no-cycle");
  });
});
