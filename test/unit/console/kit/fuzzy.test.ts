import { describe, expect, it } from "vitest";
import { fuzzyFind } from "../../../../console/src/ui/kit/fuzzy.ts";

const KEYS = ["new-checkout", "checkout-redesign", "checkout", "checkout-10", "checkout-9", "payments-enabled"];
const find = (search: string): string[] => fuzzyFind(KEYS, search).map((i) => KEYS[i] ?? "");

describe("fuzzyFind", () => {
  it("returns everything in its own order for an empty search", () => {
    expect(find("  ")).toEqual(KEYS);
  });

  it("puts the whole text first, then texts that start with the search, in natural order", () => {
    expect(find("checkout")).toEqual(["checkout", "checkout-9", "checkout-10", "checkout-redesign", "new-checkout"]);
  });

  it.each(["chekout", "chcekout", "checkoutt", "chexkout"])("finds checkout for %s, with one wrong letter", (typed) => {
    expect(find(typed)).toContain("checkout");
  });

  it("puts the text first that begins most like a search with a mistake, and then the shortest", () => {
    const texts = [
      "Turn off checkout-redesign Action",
      "checkout-payments-redesign Flag",
      "checkout-redesign Flag · The redesigned pages of the checkout",
    ];
    expect(fuzzyFind(texts, "chekout-redesign").map((i) => texts[i])).toEqual(texts.toReversed());
  });

  it("finds words in any order, and nothing if one does not occur", () => {
    expect(find("redesign checkout")).toEqual(["checkout-redesign"]);
    expect(find("checkout banner")).toEqual([]);
  });
});
