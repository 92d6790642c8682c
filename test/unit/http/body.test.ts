import { describe, test } from "vitest";
import { readBody } from "../../../src/http/body.ts";

/** Creates a request whose body does not declare its length. */
function chunked(...chunks: Uint8Array[]): Request {
  const body = new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  return new Request("http://edge.test/", { method: "POST", body, duplex: "half" } as RequestInit);
}

describe("readBody", () => {
  const bytes = new TextEncoder().encode("€€€"); // 9 bytes, but 3 UTF-16 units

  test("counts bytes, not characters", async ({ expect }) => {
    expect(await readBody(chunked(bytes), 9)).toBe("€€€");
    await expect(readBody(chunked(bytes), 8)).rejects.toMatchObject({ status: 413 });
  });

  test("joins a character that two chunks share", async ({ expect }) => {
    expect(await readBody(chunked(bytes.slice(0, 4), bytes.slice(4)), 9)).toBe("€€€");
  });

  test("a client that goes away while it sends is not a fault of the worker", async ({ expect }) => {
    const lost = (headers: Record<string, string>) => {
      const body = new ReadableStream({
        start: (controller) => controller.enqueue(bytes),
        pull: (controller) => controller.error(new Error("Network connection lost.")),
      });
      return new Request("http://edge.test/", { method: "POST", body, headers, duplex: "half" } as RequestInit);
    };
    for (const headers of [{}, { "content-length": "50" }])
      await expect(readBody(lost(headers), 100)).rejects.toMatchObject({ status: 400, countedAs: 499 });
  });

  test("says how large a refused body is, what is accepted, and what to do", async ({ expect }) => {
    const declaring = (length: number) =>
      new Request("http://edge.test/", { method: "POST", body: "x", headers: { "content-length": String(length) } });
    await expect(readBody(declaring(12_345_678), 8 * 1024 ** 2, "send it in parts")).rejects.toThrow(
      "the body has 12345678 bytes; at most 8388608 (8 MiB) are accepted; send it in parts",
    );
    await expect(readBody(declaring(70_000), 65_536)).rejects.toThrow(
      "the body has 70000 bytes; at most 65536 are accepted",
    );
  });

  test.for(["11", "eleven", "1e99", "NaN"])(
    "refuses a declared length of %s, before it reads",
    async (length, { expect }) => {
      const request = new Request("http://edge.test/", {
        method: "POST",
        body: "{}",
        headers: { "content-length": length },
      });
      expect(request.headers.get("content-length")).toBe(length);
      await expect(readBody(request, 10)).rejects.toMatchObject({ status: 413 });
      expect(request.bodyUsed).toBe(false);
    },
  );
});
