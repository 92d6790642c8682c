import { describe, test } from "vitest";
import { StreamSlots } from "../../../src/http/streams/stream-slots.ts";
import { FakeClock } from "../../support/fake-clock.ts";

describe("places of streams", () => {
  const nobody = () => undefined;

  test("are limited in number, and free again after their return", ({ expect }) => {
    const slots = new StreamSlots(2, 60_000, new FakeClock().now);
    const first = slots.take(nobody);
    expect(slots.take(nobody)).toBeDefined();
    expect(slots.take(nobody)).toBeUndefined();
    first?.free();
    first?.free();
    expect(slots.open).toBe(1);
    expect(slots.take(nobody)).toBeDefined();
    expect(slots.take(nobody)).toBeUndefined();
  });

  test("do not exist if the limit is zero", ({ expect }) => {
    expect(new StreamSlots(0, 60_000, new FakeClock().now).take(nobody)).toBeUndefined();
  });

  test("are taken from streams that have not written for too long", async ({ expect }) => {
    const clock = new FakeClock();
    const slots = new StreamSlots(2, 60_000, clock.now);
    const lost: string[] = [];
    const alive = slots.take(() => lost.push("alive"));
    const dead = slots.take(() => lost.push("dead"));
    await clock.advance(60_000);
    alive?.renew();
    await clock.advance(1);
    expect(slots.take(nobody)).toBeDefined();
    expect(lost).toEqual(["dead"]);
    expect(alive?.renew()).toBe(true);
    expect(dead?.renew()).toBe(false);
    expect(slots.open).toBe(2);
  });
});
