import { describe, expect, test } from "vitest";
import { compileFlag } from "../../../src/evaluation/compile.ts";
import type { FlagDocument } from "../../../src/flags/document.ts";
import { entityTag, renderResolution } from "../../../src/http/evaluation/render.ts";
import { aFlag } from "../../support/project.ts";

const draw = {
  weights: [
    ["on", 25_000],
    ["off", 75_000],
  ] as [string, number][],
};

function aDocument(key: string, more: object): FlagDocument {
  const { definition, configuration } = aFlag({ key, ...more });
  return { schemaVersion: 1, version: 1, ...definition, ...configuration } as FlagDocument;
}

/** Renders the flag for a request that draws `random`. */
function rendered(document: FlagDocument, random: number) {
  const flag = compileFlag(document);
  return renderResolution(flag, flag.evaluate({ context: {}, request: {}, now: 0, random: () => random }));
}

describe("the ETag of a bulk response", () => {
  const sample = aDocument("sampled", { kind: "sample", default: { draw } });

  test("is the same for every draw of a sample", () => {
    const [on, off] = [rendered(sample, 0.1), rendered(sample, 0.9)];
    expect(on.json).not.toBe(off.json);
    expect(entityTag([on], "")).toBe(entityTag([off], ""));
  });

  test("changes if a sample is switched off, serves everyone, or has other metadata", () => {
    const tags = [
      sample,
      { ...sample, enabled: false },
      { ...sample, metadata: { owner: "web" } },
      aDocument("sampled", {}),
    ].map((document) => entityTag([rendered(document, 0.1)], ""));
    expect(new Set(tags).size).toBe(tags.length);
  });

  test("distinguishes two samples", () => {
    const other = aDocument("other", { kind: "sample", default: { draw } });
    expect(entityTag([rendered(sample, 0.1)], "")).not.toBe(entityTag([rendered(other, 0.1)], ""));
  });
});
