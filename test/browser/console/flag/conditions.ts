import { describe, expect, it } from "vitest";
import type { ConsoleWorld } from "../support/console-world.ts";
import { seriousFindings } from "../support/audit-page.ts";
import { expectFocusKept, pressAt, tabTo } from "../support/keyboard.ts";
import { HOME, useSentences } from "../support/sentences.ts";

/** Journeys of a person who adds, changes and removes the conditions of a rule in its sentence. */
export function describeConditionSentences(world: () => ConsoleWorld): void {
  describe("the conditions in the sentence of a rule", () => {
    const { page, openRule, part, save, stored } = useSentences(world);

    it("keep text that is not a value while an earlier condition is removed", async () => {
      const plan = { attribute: "plan", operator: "equals" as const, values: ["pro"] };
      const seats = { attribute: "seats", operator: "gte" as const, values: [5] };
      await openRule("conditions-kept", { when: { all: [HOME, plan, seats] }, serve: { variant: "on" } });
      await part("Rule 1, seats, values: 5").click();
      const value = page().getByRole("textbox", { name: "Value", exact: true });
      await value.fill("ten");
      await part("Rule 1, attribute: country").click();
      await page().getByRole("button", { name: "Remove this condition" }).click();
      await part("Rule 1, attribute: country").waitFor({ state: "detached" });
      await expect.poll(() => value.inputValue()).toBe("ten");
      await value.fill("10");
      await save();
      expect((await stored("conditions-kept"))[0]?.when).toEqual({ all: [plan, { ...seats, values: [10] }] });
      const of = (seats: number) =>
        world().evaluate("conditions-kept", {
          environment: "staging",
          context: { targetingKey: "user-1", country: "DE", plan: "pro", seats },
        });
      await expect.poll(() => of(10)).toMatchObject({ value: true });
      expect(await of(9)).toMatchObject({ value: false });
    });

    it("keep their values if Escape leaves an empty attribute", async () => {
      const plan = { attribute: "plan", operator: "equals" as const, values: ["pro"] };
      await openRule("conditions-emptied", { when: { all: [HOME, plan] }, serve: { variant: "on" } });
      const attribute = page().getByRole("combobox", { name: "Attribute", exact: true });
      await part("Rule 1, attribute: country").click();
      await attribute.fill("");
      await attribute.press("Escape");
      await part("Rule 1, attribute: missing").click();
      await attribute.fill("country");
      await attribute.press("Enter");
      await part("Rule 1, attribute: country").waitFor();
      await part("Rule 1, attribute: plan").click();
      await page().getByRole("button", { name: "Remove this condition" }).click();
      await save();
      expect((await stored("conditions-emptied"))[0]?.when).toEqual(HOME);
      const context = { targetingKey: "user-1", country: "NL" };
      const served = () => world().evaluate("conditions-emptied", { environment: "staging", context });
      await expect.poll(served).toMatchObject({ value: true });
    });
  });

  describeOpposites(world);
  describeRemovals(world);
  describeSegmentSentences(world);
  describeNewRules(world);
  describeRulesOnPhone(world);
}

function describeRemovals(world: () => ConsoleWorld): void {
  describe("a person without a pointer who removes conditions and rules", () => {
    const { page, openRule, save, stored } = useSentences(world);

    it("goes on where another one is added, also after the last rule", async () => {
      await openRule("rules-removed", { when: HOME, serve: { variant: "on" } });
      const add = "AND…: add a condition to rule 1";
      for (let i = 0; i < 2; i++) {
        await pressAt(page(), "Enter", "button", add);
        await tabTo(page(), "combobox", "Attribute", { most: 0 });
      }
      await pressAt(page(), "Enter", "button", "Remove this condition");
      await tabTo(page(), "button", add, { most: 0 });
      await tabTo(page(), "button", "Remove rule home", { key: "Shift+Tab" });
      await page().keyboard.press("Enter");
      await tabTo(page(), "button", "Add rule", { most: 0 });
      await save();
      expect(await stored("rules-removed")).toEqual([]);
      const context = { targetingKey: "user-1", country: "NL" };
      const served = () => world().evaluate("rules-removed", { environment: "staging", context });
      await expect.poll(served).toMatchObject({ value: false });
    });
  });
}

function describeOpposites(world: () => ConsoleWorld): void {
  describe("a test in the sentence of a rule", () => {
    const { page, openRule, part, editor, save, stored } = useSentences(world);

    it("becomes its opposite and stays editable, and the opposite becomes the test again", async () => {
      const plan = { attribute: "plan", operator: "starts_with" as const, values: ["p"] };
      await openRule("test-opposite", { when: { all: [HOME, { not: plan }] }, serve: { variant: "on" } });
      const choose = async (name: string, text: string): Promise<void> => {
        await part(name).click();
        // The list of the browser is open now, and takes Escape for itself.
        await page().getByRole("combobox", { name: "Operator" }).selectOption(text);
        await page().getByText("THEN", { exact: true }).click();
      };
      await choose("Rule 1, country, operator: is one of", "is none of");
      await part("Rule 1, country, operator: is none of").waitFor();
      await choose("Rule 1, plan, operator: does not start with", "starts with");
      await page().getByRole("button", { name: "Remove BE" }).click();
      await part("Rule 1, plan, values: p").click();
      await editor("Rule 1, plan, values").getByRole("textbox").fill("team,");
      await page().keyboard.press("Escape");
      expect(await seriousFindings(page())).toEqual([]);
      await save();
      expect((await stored("test-opposite"))[0]?.when).toEqual({
        all: [{ not: { ...HOME, values: ["NL"] } }, { ...plan, values: ["p", "team"] }],
      });
      const of = (country: string, tested: string) =>
        world().evaluate("test-opposite", {
          environment: "staging",
          context: { targetingKey: "user-1", country, plan: tested },
        });
      await expect.poll(() => of("BE", "pro")).toMatchObject({ value: true });
      expect(await of("NL", "pro")).toMatchObject({ value: false });
      expect(await of("BE", "free")).toMatchObject({ value: false });
    });
  });
}

function describeSegmentSentences(world: () => ConsoleWorld): void {
  describe("a segment in the sentence of a rule", () => {
    const { page, openRule, part, save, stored } = useSentences(world);
    const plan = (value: string) => ({ attribute: "plan", operator: "equals" as const, values: [value] });
    const withSegments = async (): Promise<void> => {
      for (const [key, name, value] of [
        ["in-sentences", "In sentences", "pro"],
        ["in-other-sentences", "in-other-sentences", "team"],
      ] as const) {
        const body = { key, name, condition: plan(value) };
        await world().api.call("putSegment", { path: { env: "staging", key }, body });
      }
    };
    const of = (flag: string, context: object) =>
      world().evaluate(flag, { environment: "staging", context: { targetingKey: "user-1", ...context } });

    it("is chosen from a list with names and keys, and becomes its opposite", async () => {
      await withSegments();
      await openRule("segment-changed", { when: { segment: "in-other-sentences" }, serve: { variant: "on" } });
      await part("Rule 1, segment: in-other-sentences").click();
      const segment = page().getByRole("combobox", { name: "Segment", exact: true });
      await expect
        .poll(() => segment.locator("option").allTextContents())
        .toEqual(expect.arrayContaining(["In sentences (in-sentences)", "in-other-sentences"]));
      await segment.selectOption("In sentences (in-sentences)");
      await part("Rule 1, segment in-sentences, membership: in segment").click();
      await page().getByRole("combobox", { name: "Membership" }).selectOption("not in segment");
      await page().keyboard.press("Escape");
      await save();
      expect((await stored("segment-changed"))[0]?.when).toEqual({ not: { segment: "in-sentences" } });
      await expect.poll(() => of("segment-changed", { plan: "free" })).toMatchObject({ value: true });
      expect(await of("segment-changed", { plan: "pro" })).toMatchObject({ value: false });
    });

    it("is a new condition of a person without a pointer, who cannot save it before it is chosen", async () => {
      await withSegments();
      await openRule("segment-added", { when: HOME, serve: { variant: "on" } });
      await pressAt(page(), "Enter", "button", "AND…: add a condition to rule 1");
      await tabTo(page(), "combobox", "Attribute", { most: 0 });
      await tabTo(page(), "button", "or a segment…", { most: 1 });
      await page().keyboard.press("Enter");
      await tabTo(page(), "combobox", "Segment", { most: 0 });
      await page().keyboard.press("Escape");
      await page().keyboard.press("Control+S");
      await page().getByRole("alert").getByText("Not saved. Fix this problem:").waitFor();
      await tabTo(page(), "combobox", "Segment", { most: 0 });
      await expect.poll(() => page().getByRole("dialog").count()).toBe(0);
      expect(await seriousFindings(page())).toEqual([]);
      await page().keyboard.type("In sent");
      await page().keyboard.press("Enter");
      await part("Rule 1, segment: in-sentences").waitFor();
      await expectFocusKept(page());
      await save();
      expect((await stored("segment-added"))[0]?.when).toEqual({ all: [HOME, { segment: "in-sentences" }] });
      await expect.poll(() => of("segment-added", { country: "NL", plan: "pro" })).toMatchObject({ value: true });
      expect(await of("segment-added", { country: "NL", plan: "free" })).toMatchObject({ value: false });
    });
  });
}

function describeNewRules(world: () => ConsoleWorld): void {
  describe("a new rule", () => {
    const { page, openRule, part, save, review, stored } = useSentences(world);

    it("is a sentence whose attribute has the focus, and is not saved before it has a value", async () => {
      await openRule("rule-as-sentence", { when: HOME, serve: { variant: "on" } });
      await page().getByRole("button", { name: "Add rule" }).click();
      const rule = page().getByRole("group", { name: "Rule 2, rule-2", exact: true });
      await tabTo(page(), "combobox", "Attribute", { most: 0 });
      await rule.getByRole("button", { name: "Rule 2, share of on: 100%" }).waitFor();
      await page().keyboard.type("plan");
      await review();
      await page().getByRole("alert").getByText("Not saved. Fix this problem:").waitFor();
      await expect.poll(() => page().getByRole("dialog").count()).toBe(0);
      await tabTo(page(), "textbox", "Values", { most: 0 });
      expect(await seriousFindings(page())).toEqual([]);
      await page().keyboard.type("pro");
      await save();
      const plan = { attribute: "plan", operator: "equals", values: ["pro"] };
      expect((await stored("rule-as-sentence"))[1]).toEqual({ id: "rule-2", when: plan, serve: { variant: "on" } });
      const of = (value: string) =>
        world().evaluate("rule-as-sentence", {
          environment: "staging",
          context: { targetingKey: "user-1", plan: value },
        });
      await expect.poll(() => of("pro")).toMatchObject({ value: true });
      expect(await of("free")).toMatchObject({ value: false });
    });

    it("has all its fields one press away, and can lose its only condition", async () => {
      await openRule("rule-for-everyone", { when: HOME, serve: { variant: "on" } });
      await page().getByRole("button", { name: "Add rule" }).click();
      await tabTo(page(), "combobox", "Attribute", { most: 0 });
      const rule = page().getByRole("listitem").filter({ hasText: "2. rule-2" });
      await rule.getByRole("button", { name: "Remove this condition" }).click();
      await rule.getByText("EVERYONE").waitFor();
      await rule.getByText("Edit all").click();
      await rule.getByRole("textbox", { name: "ID" }).fill("all");
      await page().keyboard.press("Tab");
      await page().getByText("2. all").click();
      await part("Rule 2, share of on: 100%").waitFor();
      await save();
      expect((await stored("rule-for-everyone"))[1]).toEqual({ id: "all", serve: { variant: "on" } });
      await expect
        .poll(() => world().evaluate("rule-for-everyone", { environment: "staging" }))
        .toMatchObject({ value: true });
    });
  });
}

function describeRulesOnPhone(world: () => ConsoleWorld): void {
  describe("a rule on a phone", () => {
    const { page, openRule, save, stored } = useSentences(world);

    it("has its actions in a menu beside its name, and keeps the focus when it moves", async () => {
      await openRule("rule-on-phone", { when: HOME, serve: { variant: "on" } }, { width: 360, isTouch: true });
      await page().getByRole("button", { name: "Add rule" }).tap();
      await page().keyboard.type("country");
      await page().getByRole("textbox", { name: "Values" }).fill("NL");
      await page().getByRole("button", { name: "Rule 2, variant: on" }).tap();
      await page().getByRole("combobox", { name: "Variant" }).selectOption("off");
      await page().keyboard.press("Escape");
      const menu = page().getByRole("button", { name: "Actions for rule rule-2" });
      const [button, head] = [await menu.boundingBox(), await page().getByText("2. rule-2").boundingBox()];
      expect(Math.abs(button!.y + button!.height / 2 - (head!.y + head!.height / 2))).toBeLessThan(12);
      await expect.poll(() => page().getByRole("button", { name: "Move rule rule-2 up" }).count()).toBe(0);
      await menu.tap();
      await page().getByRole("menuitem", { name: "Move down" }).and(page().locator("[aria-disabled]")).waitFor();
      await page().getByRole("menuitem", { name: "Move up" }).tap();
      await page().getByText("1. rule-2").waitFor();
      await page().getByText("Moved rule rule-2 to position 1 of 2").waitFor();
      await tabTo(page(), "button", "Actions for rule rule-2", { most: 0 });
      await save();
      expect((await stored("rule-on-phone")).map(({ id }) => id)).toEqual(["rule-2", "home"]);
      const of = (country: string) =>
        world().evaluate("rule-on-phone", { environment: "staging", context: { targetingKey: "user-1", country } });
      await expect.poll(() => of("NL")).toMatchObject({ value: false });
      expect(await of("BE")).toMatchObject({ value: true });
    });
  });
}
