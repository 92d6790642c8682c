import { describe, it } from "vitest";
import { buildDocument, indexRows, type FlagRow } from "../../../../src/flags/documents/build-document.ts";

const flag = (key: string): FlagRow => ({
  key,
  kind: "flag",
  type: "boolean",
  variants: { on: true, off: false },
  clientVisible: true,
  metadata: {},
  version: 7,
  enabled: true,
  offVariant: "off",
  default: { variant: "on" },
  rules: [],
  prerequisites: [],
});
const segment = (key: string) => ({ key, condition: { attribute: key, operator: "exists" as const } });

describe("buildDocument", () => {
  it("includes once what the flag refers to, directly or indirectly, and nothing else", ({ expect }) => {
    const rows = indexRows(
      [flag("a"), flag("b"), flag("c"), flag("other")],
      [segment("s"), segment("t"), segment("unused")],
      [
        ["flag:a", ["flag:b", "segment:s"]],
        ["flag:b", ["segment:t"]],
        ["segment:s", ["segment:t", "flag:c"]],
        ["flag:other", ["segment:unused"]],
      ],
    );
    const document = buildDocument(flag("a"), rows);
    expect(Object.keys(document.dependencies ?? {}).sort()).toEqual(["b", "c"]);
    expect(document.dependencies?.["b"]).toEqual({
      enabled: true,
      offVariant: "off",
      default: { variant: "on" },
      rules: [],
      prerequisites: [],
      variants: ["on", "off"],
    });
    expect(document.segments).toEqual({ s: segment("s").condition, t: segment("t").condition });
  });

  it("distinguishes a flag and a segment with the same name", ({ expect }) => {
    const rows = indexRows([flag("a"), flag("x")], [segment("x")], [["flag:a", ["segment:x"]]]);
    const document = buildDocument(flag("a"), rows);
    expect(document.segments).toEqual({ x: segment("x").condition });
    expect(document).not.toHaveProperty("dependencies");
  });

  it("ends at a cycle and leaves out missing references", ({ expect }) => {
    const rows = indexRows(
      [flag("a"), flag("b")],
      [],
      [
        ["flag:a", ["flag:b", "flag:gone"]],
        ["flag:b", ["flag:a"]],
      ],
    );
    expect(Object.keys(buildDocument(flag("a"), rows).dependencies ?? {})).toEqual(["b"]);
  });
});
