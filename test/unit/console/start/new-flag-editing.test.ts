import { describe, expect, it } from "vitest";
import { variantsOfType } from "../../../../console/src/state/new-flag/new-flag.ts";
import { createNewFlagEditing } from "../../../../console/src/state/new-flag/new-flag-editing.ts";

describe("the form of a new flag", () => {
  it("is unchanged at its start, after a discard, and when the flag exists", () => {
    const editing = createNewFlagEditing();
    expect(editing.isChanged.value).toBe(false);
    editing.change({ ...editing.form.value, ...variantsOfType("float") });
    expect(editing.isChanged.value).toBe(true);
    editing.change({ ...editing.form.value, ...variantsOfType("boolean") });
    expect(editing.isChanged.value).toBe(false);
    editing.change({ ...editing.form.value, name: "Checkout" });
    editing.discard();
    expect([editing.isChanged.value, editing.form.value.name]).toEqual([false, ""]);
    editing.change({ ...editing.form.value, name: "Checkout" });
    editing.finish();
    expect(editing.isChanged.value).toBe(false);
  });

  it("gives new identities to the rows of a kept draft", () => {
    const kept = JSON.parse(JSON.stringify({ ...createNewFlagEditing().form.value, name: "Checkout" }));
    const editing = createNewFlagEditing();
    const taken = new Set([...kept.variants, ...editing.form.value.variants].map(({ id }) => id));
    editing.restore(kept);
    expect(editing.form.value.name).toBe("Checkout");
    expect(editing.form.value.variants.map(({ item }) => item)).toEqual([
      { name: "on", value: true },
      { name: "off", value: false },
    ]);
    expect(editing.form.value.variants.filter(({ id }) => taken.has(id))).toEqual([]);
  });
});
