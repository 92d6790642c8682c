import { describe, test } from "vitest";

import { compileFlag } from "../../../src/evaluation/compile.ts";
import type { FlagDocument } from "../../../src/flags/document.ts";
import { aFlag, anInput } from "./documents.ts";

describe("a compiled flag", () => {
  test("keeps the document as the given text, and parses it only when asked", ({ expect }) => {
    const document = aFlag({ rules: [{ id: "a", serve: { variant: "off" } }] });
    const text = JSON.stringify(document, undefined, 1);
    const flag = compileFlag(document, text);
    expect(flag.documentText).toBe(text);
    expect(flag.document()).toEqual(document);
    expect(flag.document()).not.toBe(document);
    expect(compileFlag(document).documentText).toBe(JSON.stringify(document));
  });

  test.for([undefined, null, 5, {}])(
    "compiles %j, which is not a document, to a flag that fails",
    (json, { expect }) => {
      const flag = compileFlag(json as unknown as FlagDocument);
      expect(flag.evaluate(anInput())).toMatchObject({ errorCode: "PARSE_ERROR" });
      expect(flag.documentText).toBe(JSON.stringify(json ?? null));
    },
  );
});
