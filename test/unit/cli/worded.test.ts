import { describe, test } from "vitest";
import { changeLines, signedLines, wordedChanges } from "../../../cli/text/worded.ts";

const FLAG = { key: "a", enabled: true, rules: [], default: { variant: "off" }, variants: { on: true, off: false } };

describe("differences in the terminal", () => {
  test("are sentences on one line, or lines of a patch", ({ expect }) => {
    const after = { ...FLAG, default: { variant: "on" }, description: "new" };
    const changes = wordedChanges(FLAG, after);
    expect(changeLines(changes)).toEqual(["Everyone else: off → on", "Description added: “new”"]);
    expect(signedLines(changes)).toEqual(["- Everyone else: off", "+ Everyone else: on", "+ Description: “new”"]);
  });

  test("show times in UTC, wherever the terminal is", ({ expect }) => {
    const [before, after] = ["2031-02-03T00:00:00Z", "2031-02-04T00:00:00Z"].map((expiresAt) => ({
      ...FLAG,
      expiresAt,
    }));
    expect(changeLines(wordedChanges(before, after))).toEqual([
      "Expires: 3 Feb 2031, 00:00 UTC → 4 Feb 2031, 00:00 UTC",
    ]);
  });

  test("escape what a terminal would act on", ({ expect }) => {
    const after = { ...FLAG, description: "a\u001b[2Jb\nc" };
    expect(signedLines(wordedChanges(FLAG, after))).toEqual(["+ Description: “a\\u001b[2Jb\\nc”"]);
  });

  test("of a thing that is not a flag name its fields in words", ({ expect }) => {
    const changes = wordedChanges({ previousSecretUntil: "x" }, { previousSecretUntil: null });
    expect(changeLines(changes)).toEqual(["Previous secret until: x → null"]);
  });
});
