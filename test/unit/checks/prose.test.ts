import { describe, test } from "vitest";
import { checkFile } from "../../../dev/checks/prose/check.ts";
import { readMarkdown } from "../../../dev/checks/prose/markdown.ts";
import type { Rule } from "../../../dev/checks/prose/passage.ts";
import { repositoryOf } from "../../../dev/checks/prose/references.ts";

const WIDTH = 120;
const PAGES: Record<string, string> = { "docs/api.md": "# API\n\n## Who may call it\n\n## Errors\n\n## Errors\n" };
const repository = repositoryOf(["src/http/ofrep.ts", ...Object.keys(PAGES)], (path) => {
  const page = PAGES[path];
  return page === undefined ? undefined : readMarkdown(page).anchors;
});

/** Returns the findings of one rule, as `line: message`. */
const found = (rule: Rule, path: string, source: string): string[] =>
  checkFile(path, source, WIDTH, repository).flatMap((finding) =>
    finding.rule === rule ? [`${finding.line}: ${finding.message}`] : [],
  );

type Example = readonly [path: string, bad: string, good: string];

const EXAMPLES: Record<Rule, readonly Example[]> = {
  opening: [
    ["src/a.ts", "/** What a rule serves. */", "/** The resolution of a rule. */"],
    ["src/a.ts", "// It retries. Who asked is told.", "// It retries. Who asked? The client is told."],
    ["src/a.ts", "// One flag's\n// value. What\n// it serves.", "// One flag's\n// value. Not what\n// it serves."],
    ["src/a.ts", "/**\n * Reads it.\n * @returns What it reads\n */", "/**\n * Reads it.\n * @returns its text\n */"],
    ["src/a.ts", "throw new Error(`Read. Whoever has ${key} may.`)", "throw new Error(`Read. Who has ${key}?`)"],
    ["src/a.ts", "// `a/b.yaml`, not a/b.yaml. What is kept.", "// `What is kept` is quoted. Why?"],
    ["console/a.tsx", "const a = <p>Who is in it</p>;", "const a = <p>Who?</p>;"],
    ["test/a.test.ts", `test("what is lost is found", f)`, `test("finds the lost flag", f)`],
    ["test/a.test.ts", `describe("Whatever is lost", f)`, `expect(x).toBe("What is lost");`],
    ["migrations/a.sql", "-- What changed.\nselect 1;", "select 'What changed';"],
    ["a.css", "/* What stands above. */", '.a::before { content: "What is this"; }'],
    ["a.toml", "# What is no file goes on.", 'a = "# What is no file"'],
    ["a.html", "<p>\nWhat it does.\n</p>", "<script>\nWhat it does\n</script>"],
    ["docs/a.md", "It retries.\n- **What is lost** is found.", "# What is lost\n\nWhat is lost? A flag."],
    ["docs/a.md", "| a |\n|---|\n| Who asks. |", "| What it is |\n|---|\n| it asks |"],
    ["docs/a.md", "**What it does.**", "**What it does**\n```\nWhat it does.\n```"],
  ],
  fragment: [
    ["src/a.ts", "/** Undefined: none. */", "/** `undefined` if the environment does not exist. */"],
    ["src/a.ts", "/** The limit. 0: no limit. */", "/** At 12:30, with 10: the limit. */"],
    ["src/a.ts", "// Where it is; `null`: nowhere.", "// Such as `{ a: null }` or `a: null, b: true`."],
    [
      "src/a.ts",
      "// One of `a` or 0: any.",
      "// A version from 1.0: better than none: the index\n// is empty: nothing is read.",
    ],
    ["src/a.ts", "/* Absent: no purge transport is configured. */", 'const a = "absent: no transport";'],
    ["migrations/a.sql", "-- Null: everything.", "-- Null names everything."],
  ],
  answer: [
    ["src/a.ts", "// The answer is kept.", "// The response is kept."],
    ["src/a.ts", "// Unanswered, it is sent again.", "// `answer` and answerOf() are identifiers, answer.ts a file."],
    ["src/a.ts", 'log("the worker answered late")', 'log("answers")'],
    ["src/a.ts", "log(`${worker} answers late`)", "log(`${answers} late`)"],
    ["test/a.test.ts", 'it("answers with 200", f)', 'send("the answer to everything");'],
    ["docs/a.md", "Redis answers.", "The answer to this question is simple."],
    ["docs/a.md", "It is answered with a 304.", "This answers your question."],
  ],
  width: [
    ["src/a.ts", `// ${"word ".repeat(24)}`, `// ${"word ".repeat(23)}`],
    ["src/a.ts", `/**\n * ${"word ".repeat(24)}\n */`, `// https://${"x".repeat(WIDTH)}`],
    ["src/a.ts", `let a; // ${"word ".repeat(23)}`, `let a = "${"word ".repeat(24)}";`],
    ["docs/a.md", "word ".repeat(21), "word ".repeat(20)],
    ["docs/a.md", `- [a](b) ${"word ".repeat(20)}`, `- [a](https://${"x".repeat(100)}).`],
    ["docs/a.md", `> ${"word ".repeat(20)}`, `| ${"word ".repeat(20)} |\n\n\`\`\`\n${"word ".repeat(21)}\n\`\`\``],
  ],
  title: [
    ["test/a.test.ts", `test("${"a".repeat(91)}", f)`, `test("${"a".repeat(90)}", f)`],
    ["test/a.test.ts", `it.each([1])("${"a".repeat(91)}", f)`, `it.each([1])("${"a".repeat(90)}", f)`],
    ["test/a.test.ts", `describe("a" + "${"a".repeat(90)}", f)`, `run("${"a".repeat(91)}", f)`],
    ["test/a.test.ts", `it("a", f); test.for([1])("a", f)`, `describe("a", () => { it("a", f); });`],
  ],
  reference: [
    ["src/a.ts", "// See src/http/gone.ts.", "// See src/http/ofrep.ts."],
    ["src/a.ts", "// See `src/gone/`.", "// See `src/http/` and src/http/*.ts, or src/{http,cache}/ofrep.ts."],
    ["src/a.ts", "// See (docs/gone.md)", "// See https://example.com/docs/gone and docs/<name>.md"],
    ["docs/a.md", "```sh\nnode src/gone.ts\n```", "```sh\nnode src/http/ofrep.ts\n```"],
    ["docs/a.md", "[a](gone.md)", "[a](api.md) [b](../src/http) [c](https://example.com/gone.md)"],
    ["docs/a.md", "[a](api.md#who-may)", "[a](api.md#who-may-call-it) [b](api.md#errors-1)"],
    ["docs/a.md", "# A\n[a](#b)", "# A `b`, c\n[a](#a-b-c)"],
  ],
  percent: [
    ["src/a.ts", "// 25 % of users", "// 25% of users, or `25 %`"],
    ["src/a.ts", "log(`${share} % of users`)", "log(`${share}% of users, ${hash} % 100`)"],
    ["console/a.tsx", "const a = <b>{share} %</b>;", "const a = <b>{share}%</b>;"],
    ["docs/a.md", "Serve it to 25 %.", "Serve it to 25%."],
  ],
};

describe.each(Object.entries(EXAMPLES) as [Rule, readonly Example[]][])("the rule %s", (rule, examples) => {
  test.for(examples)("in %s finds %j", ([path, bad], { expect }) => {
    expect(found(rule, path, bad)).toHaveLength(1);
  });

  test.for(examples)("in %s, next to %j, lets %j pass", ([path, , good], { expect }) => {
    expect(found(rule, path, good)).toEqual([]);
  });
});

test("a finding has the line of its sentence", ({ expect }) => {
  const comments = ["/**\n * Reads it.\n *\n * What it reads.\n */", "// 5 %\n// One.\n// Two:\n// Who reads\n"];
  const source = `const a = "x";\n\n${comments.join("\n")}`;
  expect(found("opening", "src/a.ts", source).map((line) => line.split(":")[0])).toEqual(["6", "11"]);
  expect(found("percent", "src/a.ts", source).map((line) => line.split(":")[0])).toEqual(["8"]);
  expect(found("opening", "migrations/a.sql", "select 1;\n-- One.\n-- Two. What\n-- is.")).toEqual([
    '3: a sentence opens with "What": name the thing instead',
  ]);
});

test("code that cannot be parsed is refused", ({ expect }) => {
  expect(() => checkFile("src/a.ts", "const = 1;", WIDTH, repository)).toThrow(SyntaxError);
});
