/** V8's inspector protocol, as workerd serves it for the one worker of a process. */
export interface Inspector {
  /** Returns the bytes of the heap in use after a garbage collection. */
  collectedHeap(): Promise<number>;
  /** Returns the bytes of the heap in use now, garbage included. */
  heap(): Promise<number>;
  close(): void;
}

interface HeapUsage {
  usedSize: number;
  /** Buffers, such as the bodies of responses. */
  backingStorageSize: number;
}

interface Reply {
  id?: number;
  result?: unknown;
  error?: { message: string };
}

/**
 * Connects to the inspector. workerd ends a garbage collection only while the worker runs, so `wake` sends it a
 * request.
 */
export async function openInspector(port: number, wake: () => Promise<unknown>): Promise<Inspector> {
  // The inspector lists a worker once it has run.
  await wake();
  const [target] = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as { webSocketDebuggerUrl: string }[];
  if (target === undefined) throw new Error("workerd's inspector lists no worker");
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", () => reject(new Error("workerd's inspector refused the connection")));
  });
  const waiting = new Map<number, (reply: Reply) => void>();
  socket.addEventListener("message", ({ data }) => {
    const reply = JSON.parse(String(data)) as Reply;
    if (reply.id !== undefined) waiting.get(reply.id)?.(reply);
  });
  let id = 0;
  const ask = (method: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const asked = ++id;
      waiting.set(asked, ({ result, error }) => {
        waiting.delete(asked);
        if (error === undefined) resolve(result);
        else reject(new Error(`${method}: ${error.message}`));
      });
      socket.send(JSON.stringify({ id: asked, method }));
    });
  const heap = async () => {
    const { usedSize, backingStorageSize } = (await ask("Runtime.getHeapUsage")) as HeapUsage;
    return usedSize + backingStorageSize;
  };
  const collect = async () => {
    let isCollected = false;
    const collected = ask("HeapProfiler.collectGarbage").then(() => (isCollected = true));
    while (!isCollected) {
      await wake();
      await Promise.race([collected, new Promise((resolve) => setTimeout(resolve, 20))]);
    }
  };
  return {
    async collectedHeap() {
      for (let i = 0; i < 3; i++) await collect();
      return heap();
    },
    heap,
    close: () => socket.close(),
  };
}
