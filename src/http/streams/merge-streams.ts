/**
 * Returns a stream of all the parts of some streams, as they arrive. It ends when the first of them ends or fails, and
 * then cancels the others, which would hold their resources.
 */
export function mergeStreams(streams: readonly ReadableStream<Uint8Array>[]): ReadableStream<Uint8Array> {
  const readers = streams.map((stream) => stream.getReader());
  const readFrom = async (from: number) => ({ from, ...(await readers[from]!.read()) });
  /** The read that waits for the next part of each stream. A part waits here until it is asked for. */
  const reads = readers.map((): ReturnType<typeof readFrom> | undefined => undefined);
  const cancel = async (): Promise<void> => {
    await Promise.allSettled(readers.map((reader) => reader.cancel()));
  };
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    try {
      const { from, done, value } = await Promise.race(readers.map((_, i) => (reads[i] ??= readFrom(i))));
      reads[from] = undefined;
      if (!done) return controller.enqueue(value);
      controller.close();
    } catch (error) {
      controller.error(error);
    }
    await cancel();
  };
  return new ReadableStream({ pull, cancel }, { highWaterMark: 0 });
}
