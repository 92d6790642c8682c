import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { UnreachableError } from "../../../../sdk/client/client.ts";
import {
  dismiss,
  notices,
  notify,
  notifyFailure,
  pauseNotices,
  reasonOf,
  resumeNotices,
  sentenceOf,
} from "../../../../console/src/state/notices.ts";

const undo = { label: "Undo", run: () => undefined };

describe("notices", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    for (const { id } of notices.peek()) dismiss(id);
    vi.useRealTimers();
  });
  it("say why a request failed in words for people, also as a sentence of their own", () => {
    const lost = new UnreachableError("http://127.0.0.1:8787 cannot be reached: Failed to fetch");
    expect(reasonOf(lost)).toBe("the deployment cannot be reached; check your network");
    expect(sentenceOf(lost)).toBe("The deployment cannot be reached; check your network.");
    expect(sentenceOf(new Error('segment "seats" does not exist'))).toBe('Segment "seats" does not exist.');
    expect(sentenceOf(new Error("https://flags.example is not Burgee."))).toBe("https://flags.example is not Burgee.");
  });
  const texts = () => notices.peek().map(({ text }) => text);

  it("with Undo stay for eight seconds, others for six, and failures until they are dismissed", () => {
    notify("saved", "done", { action: undo });
    notify("copied");
    notifyFailure("Could not save a", new Error("down"));
    vi.advanceTimersByTime(8000);
    expect(texts()).toEqual(["saved", "Could not save a: down"]);
    vi.advanceTimersByTime(600_000);
    expect(texts()).toEqual(["Could not save a: down"]);
  });

  it("stay while somebody points at one, and for the whole time after that", () => {
    notify("saved", "done", { action: undo });
    vi.advanceTimersByTime(7000);
    pauseNotices();
    notify("copied");
    vi.advanceTimersByTime(60_000);
    expect(texts()).toEqual(["saved", "copied"]);
    resumeNotices();
    vi.advanceTimersByTime(5000);
    expect(texts()).toEqual(["saved", "copied"]);
    vi.advanceTimersByTime(10_000);
    expect(texts()).toEqual([]);
  });

  it("of a failure go when the same thing succeeds, and those of other things stay", () => {
    notifyFailure("Could not save a", new Error("down"), "flag a");
    notifyFailure("Could not save b", new Error("down"), "flag b");
    notify("a saved", "done", { topic: "flag a" });
    expect(texts()).toEqual(["Could not save b: down", "a saved"]);
  });

  it("stack, and the oldest goes when there are more than five", () => {
    for (let i = 1; i <= 6; i++) notify(`saved ${i}`);
    expect(texts()).toEqual(["saved 2", "saved 3", "saved 4", "saved 5", "saved 6"]);
  });

  it("that last have no end, and keep their action", () => {
    const id = notify("back", "done", { action: undo, isLasting: true });
    vi.advanceTimersByTime(600_000);
    expect(notices.peek()).toMatchObject([{ id, action: undo }]);
  });
});
