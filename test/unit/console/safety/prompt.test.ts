import { describe, expect, it } from "vitest";
import { createPrompt } from "../../../../console/src/ui/prompt.ts";

describe("a prompt", () => {
  it("asks a second question after the first is settled, and loses neither", async () => {
    const { ask, open } = createPrompt<{ title: string }, boolean>();
    const [first, second] = [ask({ title: "first" }), ask({ title: "second" })];
    expect(open.value?.title).toBe("first");
    const shown = open.value;
    shown?.choose(true);
    expect(open.value?.title).toBe("second");
    expect(open.value?.id).not.toBe(shown?.id);
    open.value?.choose(false);
    expect(open.value).toBeUndefined();
    expect(await Promise.all([first, second])).toEqual([true, false]);
  });

  it("leaves the next question open if somebody chooses twice in the first", async () => {
    const { ask, open } = createPrompt<{ title: string }, boolean>();
    const first = ask({ title: "first" });
    void ask({ title: "second" });
    const { choose } = open.value!;
    choose(true);
    choose(false);
    expect(open.value?.title).toBe("second");
    expect(await first).toBe(true);
  });
});
