import { describe, expect, it } from "vitest";
import { overflow, seriousFindings } from "../support/audit-page.ts";
import type { ConsoleWorld } from "../support/console-world.ts";
import { expectFocusKept, pressAt, tabTo } from "../support/keyboard.ts";
import { layoutFindings } from "../support/layout-findings.ts";
import { HOME, TENTH, useSentences } from "../support/sentences.ts";

/** Journeys of a person who edits rules in their sentences. */
export function describeRuleSentences(world: () => ConsoleWorld): void {
  describe("a person who edits a rule in its sentence", () => {
    const { page, openRule, part, editor, save, stored } = useSentences(world);

    it("adds and removes values, and changes the share, and the edge follows", async () => {
      await openRule("in-place", { when: HOME, serve: { variant: "on" } });
      await part("Rule 1, country, values: NL, BE").click();
      await editor("Rule 1, country, values").getByRole("textbox", { name: "Values" }).fill("DE");
      // One press: the part that closes does not move this one away from under the pointer.
      await part("Rule 1, share of on: 100%").click();
      await page().getByRole("textbox", { name: "Percentage of on" }).fill("10");
      await page().keyboard.press("Enter");
      await part("Rule 1, share of on: 10%").waitFor();
      await page().getByRole("button", { name: "Remove BE" }).click();
      await part("Rule 1, country, values: NL, DE").waitFor();
      await save();
      const rollout = { by: ["targetingKey"], hash: "murmur3-mulshift", salt: "in-place", weights: [["on", 10_000]] };
      expect(await stored("in-place")).toEqual([
        { id: "home", when: { ...HOME, values: ["NL", "DE"] }, serve: { rollout } },
      ]);
      const results = await Promise.all(
        Array.from({ length: 100 }, (_, i) =>
          world().evaluate("in-place", {
            environment: "staging",
            context: { targetingKey: `user-${i}`, country: "DE" },
          }),
        ),
      );
      const share = results.filter(({ value }) => value === true).length;
      expect(share).toBeGreaterThan(2);
      expect(share).toBeLessThan(25);
    });

    it("changes the attribute, the operator and the variant, and sees when nothing is changed", async () => {
      await openRule("each-part", { when: HOME, serve: TENTH });
      await part("Rule 1, attribute: country").click();
      await page().getByRole("combobox", { name: "Attribute" }).fill("region");
      await part("Rule 1, region, operator: is one of").click();
      await page().getByRole("combobox", { name: "Operator" }).selectOption("contains");
      await part("Rule 1, variant: on").click();
      await editor("Rule 1, variant").getByRole("combobox", { name: "Variant" }).selectOption("off");
      await page().keyboard.press("Escape");
      await part("Rule 1, share of off: 10%").waitFor();
      await save();
      expect(await stored("each-part")).toMatchObject([
        {
          when: { attribute: "region", operator: "contains", values: ["NL", "BE"] },
          serve: { rollout: { weights: [["off", 10_000]] } },
        },
      ]);
      await part("Rule 1, share of off: 10%").click();
      await page().getByRole("textbox", { name: "Percentage of off" }).fill("20");
      await page().getByText("1 unsaved change").waitFor();
      await page().getByRole("textbox", { name: "Percentage of off" }).fill("10");
      await expect.poll(() => page().getByText("unsaved change").count()).toBe(0);
    });

    it("serves a share to everyone else, and the other variant to the rest", async () => {
      await openRule("everyone-else", { when: HOME, serve: { variant: "on" } });
      await part("Everyone else, variant: off").click();
      await editor("Everyone else, variant").getByRole("combobox", { name: "Variant" }).selectOption("on");
      await part("Everyone else, share of on: 100%").click();
      await page().getByRole("textbox", { name: "Percentage of on" }).fill("20");
      await save();
      const { default: rest } = (await world().api.call("getFlag", { path: { env: "staging", key: "everyone-else" } }))
        .body;
      const shares = {
        weights: [
          ["on", 20_000],
          ["off", 80_000],
        ],
      };
      expect(rest).toMatchObject({ rollout: shares });
      await part("Everyone else, share of on: 20%").click();
      await page().getByRole("textbox", { name: "Percentage of on" }).fill("100");
      await save();
      await expect
        .poll(() => world().evaluate("everyone-else", { environment: "staging" }))
        .toMatchObject({ value: true });
    });

    it("adds a condition with AND, and Escape takes an empty one back", async () => {
      await openRule("longer", { when: HOME, serve: { variant: "on" } });
      const add = page().getByRole("button", { name: "AND…: add a condition to rule 1" });
      await add.click();
      await expect
        .poll(() => page().locator(":focus").getAttribute("data-pointer"))
        .toBe("/rules/0/when/all/1/attribute");
      await page().keyboard.press("Escape");
      await expect.poll(() => page().getByText("unsaved change").count()).toBe(0);
      await expectFocusKept(page());
      await add.click();
      await page().keyboard.type("plan");
      await page().getByRole("textbox", { name: "Values" }).fill("pro");
      await save();
      const plan = { attribute: "plan", operator: "equals", values: ["pro"] };
      expect((await stored("longer"))[0]?.when).toEqual({ all: [HOME, plan] });
      const of = (context: object) =>
        world().evaluate("longer", { environment: "staging", context: { targetingKey: "user-1", ...context } });
      await expect.poll(() => of({ country: "NL", plan: "pro" })).toMatchObject({ value: true });
      expect(await of({ country: "NL", plan: "free" })).toMatchObject({ value: false });
    });
  });

  describeText(world);
  describeWithoutPointer(world);
}

function describeText(world: () => ConsoleWorld): void {
  describe("the sentence of a rule", () => {
    const { page, openRule, part, editor, review } = useSentences(world);

    it("keeps text that is not a value at its part, and asks nothing before it is one", async () => {
      await openRule("not-a-value", { when: HOME, serve: TENTH });
      await part("Rule 1, share of on: 10%").click();
      const share = page().getByRole("textbox", { name: "Percentage of on" });
      await share.fill("ten");
      await part("Rule 1, country, values: NL, BE").click();
      await editor("Rule 1, country, values").getByRole("textbox", { name: "Values" }).fill("DE");
      await expect.poll(() => share.inputValue()).toBe("ten");
      await page().getByText("must be between 0 and 100, with at most three decimals").waitFor();
      await review();
      await expect.poll(() => page().getByRole("dialog").count()).toBe(0);
      await expect.poll(() => page().locator(":focus").inputValue()).toBe("ten");
      // All fields would have another control for the share, without the text.
      await page().getByText("1. home").click();
      await expect.poll(() => share.inputValue()).toBe("ten");

      await page().getByRole("button", { name: "Discard" }).click();
      await page().getByRole("dialog").getByRole("button", { name: "Discard" }).click();
      await part("Rule 1, share of on: 10%").waitFor();
      await part("Rule 1, country, values: NL, BE").waitFor();
      await expect.poll(() => page().getByText("unsaved change").count()).toBe(0);
    });

    it("drops text that is not a value at Escape", async () => {
      await openRule("escaped", { when: HOME, serve: TENTH });
      await part("Rule 1, share of on: 10%").click();
      await page().getByRole("textbox", { name: "Percentage of on" }).fill("ten");
      await page().getByRole("region", { name: "Unsaved changes" }).waitFor();
      await page().keyboard.press("Escape");
      await part("Rule 1, share of on: 10%").waitFor();
      await expect.poll(() => page().getByRole("region", { name: "Unsaved changes" }).count()).toBe(0);
      await expectFocusKept(page());
    });

    it("opens all fields in its place, and comes back when they close", async () => {
      await openRule("all-fields", { when: HOME, serve: TENTH });
      await page().getByText("1. home").click();
      await page().getByText("IF country is NL or BE THEN on for 10%").waitFor();
      await expect.poll(() => part("Rule 1, variant: on").count()).toBe(0);
      await page().getByRole("combobox", { name: "Serve", exact: true }).selectOption("One variant");
      await page().getByText("1. home").click();
      await part("Rule 1, share of on: 100%").waitFor();
      await expect.poll(() => page().getByRole("textbox", { name: "ID" }).count()).toBe(0);
    });

    it("shows a problem at its part, and focuses it", async () => {
      const when = { attribute: "email", operator: "matches" as const, values: ["@a"] };
      await openRule("at-its-part", { when, serve: TENTH });
      await part("Rule 1, email, values: @a").click();
      await page().getByLabel("Patterns, one per line").fill("((");
      await part("Rule 1, variant: on").click();
      await review();
      await expect.poll(() => page().locator(":focus").inputValue()).toBe("((");
      await expect.poll(() => page().getByRole("dialog").count()).toBe(0);
      await editor("Rule 1, email, values").locator(".problem").waitFor();
      await page().keyboard.press("Escape");
      await page().getByRole("button", { name: "Rule 1, email, values: ((" }).waitFor();
      await expect.poll(() => page().locator(".sentence .problem").count()).toBe(1);
    });

    it("is plain text for a token that only reads", async () => {
      await openRule("only-read", { when: HOME, serve: TENTH }, { token: world().readToken });
      await page().getByText("IF country is NL or BE THEN on for 10%").waitFor();
      await expect.poll(() => page().getByRole("group", { name: "Rule 1, home" }).count()).toBe(0);
    });
  });
}

const PARTS = [
  "Rule 1, attribute: country",
  "Rule 1, country, operator: is one of",
  "Remove BE",
  "Rule 1, country, values: NL, BE",
  "AND…: add a condition to rule 1",
  "Rule 1, variant: on",
  "Rule 1, share of on: 10%",
];

function describeWithoutPointer(world: () => ConsoleWorld): void {
  describe("the sentence of a rule without a pointer", () => {
    const { page, openRule, part, stored } = useSentences(world);

    it("has its parts in the order of reading, and keeps the focus at a part that opens and closes", async () => {
      await openRule("sentence-by-keys", { when: HOME, serve: TENTH });
      await tabTo(page(), "button", PARTS[0] ?? "");
      for (const name of PARTS) {
        await tabTo(page(), "button", name, { most: 1 });
        if (name.startsWith("Remove") || name.startsWith("AND")) continue;
        for (const key of ["Enter", "Space"]) {
          await page().keyboard.press(key);
          await expect.poll(() => page().locator(".part-editor :focus").count()).toBe(1);
          // The list of a select takes the first Escape.
          await page().keyboard.press("Escape");
          if ((await page().locator(".part-editor").count()) > 0) await page().keyboard.press("Escape");
          await tabTo(page(), "button", name, { most: 0 });
        }
      }
      await pressAt(page(), "Enter", "button", "Rule 1, share of on: 10%");
      await page().keyboard.type("25");
      await page().keyboard.press("Tab");
      await part("Rule 1, share of on: 25%").waitFor();
      await expectFocusKept(page());
      await page().keyboard.press("Control+S");
      await page().getByRole("dialog", { name: "Save sentence-by-keys in staging?" }).waitFor();
      await pressAt(page(), "Enter", "button", "Save");
      await expect
        .poll(() => stored("sentence-by-keys"))
        .toMatchObject([{ serve: { rollout: { weights: [["on", 25_000]] } } }]);
      await expectFocusKept(page());
    });

    it.each([
      ["light", 1280],
      ["dark", 1280],
      ["light", 360],
      ["dark", 360],
    ] as const)("passes axe with every part open, and fits its page: %s, %i px", async (scheme, width) => {
      const isTouch = width === 360;
      await openRule("audited-sentence", { when: HOME, serve: TENTH }, { scheme, width, isTouch });
      const findings = async () => [
        ...(await seriousFindings(page())),
        ...(await layoutFindings(page(), { target: isTouch ? 44 : 24 })),
        ...((await overflow(page())) > 0 ? ["the page is wider than the window"] : []),
      ];
      expect(await findings()).toEqual([]);
      for (const name of PARTS.filter((one) => one.startsWith("Rule 1"))) {
        await part(name).click();
        await page().locator(".part-editor :focus").waitFor();
        expect(await findings(), name).toEqual([]);
        await page().keyboard.press("Escape");
        if ((await page().locator(".part-editor").count()) > 0) await page().keyboard.press("Escape");
      }
    });
  });
}
