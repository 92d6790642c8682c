import { describe, test } from "vitest";
import { mergeStreams } from "../../../src/http/streams/merge-streams.ts";

describe("merged streams", () => {
  /** A stream that a test writes, which notes that it was cancelled. */
  const part = () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>(undefined, undefined, {
      highWaterMark: 0,
    });
    const writer = writable.getWriter();
    const one = { readable, writer, isCancelled: false };
    writer.closed.catch(() => (one.isCancelled = true));
    return one;
  };
  const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

  test("have each part as it comes, whichever stream has one", async ({ expect }) => {
    const [slow, quick] = [part(), part()];
    const reader = mergeStreams([slow.readable, quick.readable]).getReader();
    const first = reader.read();
    await quick.writer.write(bytes(1));
    expect((await first).value).toEqual(bytes(1));
    const second = reader.read();
    await slow.writer.write(bytes(2));
    expect((await second).value).toEqual(bytes(2));
  });

  test("end with the first that ends, and cancel the others", async ({ expect }) => {
    const [ending, other] = [part(), part()];
    const reader = mergeStreams([ending.readable, other.readable]).getReader();
    const read = reader.read();
    await ending.writer.close();
    expect((await read).done).toBe(true);
    await expect.poll(() => other.isCancelled).toBe(true);
  });

  test("fail with the first that fails, and cancel the others", async ({ expect }) => {
    const [failing, other] = [part(), part()];
    const reader = mergeStreams([failing.readable, other.readable]).getReader();
    const read = reader.read();
    await failing.writer.abort(new Error("broken"));
    await expect(read).rejects.toThrow("broken");
    await expect.poll(() => other.isCancelled).toBe(true);
  });

  test("are all cancelled when the client leaves", async ({ expect }) => {
    const parts = [part(), part()];
    const reader = mergeStreams(parts.map(({ readable }) => readable)).getReader();
    const read = reader.read();
    await reader.cancel();
    expect((await read).done).toBe(true);
    await expect.poll(() => parts.map(({ isCancelled }) => isCancelled)).toEqual([true, true]);
  });
});
