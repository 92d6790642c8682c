import net from "node:net";
import { test } from "vitest";
import { httpRequest, load } from "../../../bench/load.ts";

test("a load ends with an error if the server goes away", async ({ expect }) => {
  const server = net.createServer((socket) => socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-le")));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  const request = httpRequest("/", {});
  await expect(load(port, request, { connections: 2, seconds: 60 })).rejects.toThrow("closed a connection");
  server.close();
});
