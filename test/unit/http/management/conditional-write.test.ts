import { describe, test } from "vitest";
import { conditionalChange } from "../../../../src/http/management/conditional-write.ts";
import { ConflictError } from "../../../../src/ops/errors.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { seededRandom } from "../../../support/seeded-random.ts";

/** The duration of a read and of a write (ms). */
const READ_MS = 5;
const WRITE_MS = 10;

/** A resource whose writes run one after the other, and fail if it has changed since it was read. */
function aResource(clock: FakeClock) {
  let version = 1;
  let last = Promise.resolve();
  return {
    read: async () => {
      await clock.sleep(READ_MS);
      return { version };
    },
    write: (current: { version: number }) => {
      const written = last.then(async () => {
        await clock.sleep(WRITE_MS);
        if (current.version !== version) throw new ConflictError("somebody else was first", version);
        return ++version;
      });
      last = written.then(
        () => undefined,
        () => undefined,
      );
      return written;
    },
  };
}

async function merge(count: number, ifMatch?: number[]): Promise<number> {
  const clock = new FakeClock();
  const resource = aResource(clock);
  const pauses = { clock, random: seededRandom(1) };
  const results = Array.from({ length: count }, () => conditionalChange({ ifMatch, pauses, ...resource }));
  const all = Promise.allSettled(results);
  await clock.advance(60_000);
  return (await all).filter(({ status }) => status === "fulfilled").length;
}

describe("merges of one resource at once", () => {
  test("nearly all of fifty succeed, because they wait for random times between attempts", async ({ expect }) => {
    expect(await merge(50)).toBeGreaterThanOrEqual(45);
  });

  test("two succeed", async ({ expect }) => {
    expect(await merge(2)).toBe(2);
  });

  test("those that name one version do not wait: only the first can succeed", async ({ expect }) => {
    expect(await merge(10, [1])).toBe(1);
  });
});
