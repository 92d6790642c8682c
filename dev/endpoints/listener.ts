import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A server's port on 127.0.0.1, which can be closed and opened again. */
export interface Listener {
  port: number;
  /** The port is closed; what still comes in over an old connection is not to be answered. */
  readonly isRefusing: boolean;
  /** Closes the port and every connection; opens the port again after so long (ms). */
  refuse(ms: number): void;
  /** Opens the port again where it is closed. */
  accept(): void;
  close(): Promise<void>;
}

/** Listens before it resolves; rejects with the listen error (EADDRINUSE, EACCES). `wanted` 0: any free port. */
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
    // Somebody's outgoing connection may hold the port for a moment.
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
      // The answer to whoever asked for this is still on its way.
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
