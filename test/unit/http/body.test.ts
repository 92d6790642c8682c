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
