import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A server's port on 127.0.0.1. It can be closed and opened again. */
export interface Listener {
  port: number;
  /** Whether the port is closed. Requests that still arrive on an old connection must get no response. */
  readonly isRefusing: boolean;
  /** Closes the port and every connection, and opens the port again after `ms`. */
  refuse(ms: number): void;
  /** Opens the port now if it is closed. */
  accept(): void;
  close(): Promise<void>;
}

/**
 * Listens before it resolves; rejects with the listen error (EADDRINUSE, EACCES).
 *
 * @param wanted the port; 0 chooses any free one
 */
export async function listen(server: Server, wanted: number): Promise<Listener> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(wanted, "127.0.0.1", resolve);
  });
  server.removeAllListeners("error");
  const { port } = server.address() as AddressInfo;
  let reopening: NodeJS.Timeout | undefined;
  let isRefusing = false;
  const openAfter = (ms: number): void => {
    clearTimeout(reopening);
    reopening = setTimeout(() => server.listen(port, "127.0.0.1"), ms);
  };
  server.on("listening", () => (isRefusing = false));
  server.on("error", (error) => {
    // While the port is closed, another program's outgoing connection may use it for a moment.
    if (isRefusing) openAfter(50);
    else throw error;
  });
  return {
    port,
    get isRefusing() {
      return isRefusing;
    },
    refuse(ms) {
      isRefusing = true;
      server.close();
      // Give the response to the request that set this fault time to leave.
      setTimeout(() => isRefusing && server.closeAllConnections(), 5);
      openAfter(ms);
    },
    accept() {
      if (isRefusing) openAfter(0);
    },
    close: () =>
      new Promise((resolve) => {
        isRefusing = false;
        clearTimeout(reopening);
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
