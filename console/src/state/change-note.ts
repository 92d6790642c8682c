/** The note of a change: why the person makes it. */
import { ApiError, type Client } from "../../../sdk/client/client.ts";

/**
 * Creates the client for all writes of one change, which sends the note of the change with each. If an environment
 * refuses a write without a note, the client asks the person once in the whole change, and sends the write again.
 *
 * @param ask resolves with `undefined` if the person gives up the change
 */
export function withNote(
  connect: (note: () => string) => Client,
  note: string,
  ask: (refusal: ApiError) => Promise<string | undefined>,
): Client {
  let text = note;
  let asked: Promise<string | undefined> | undefined;
  const client = connect(() => text);
  return {
    async call(id, ...input) {
      const sent = text;
      try {
        return await client.call(id, ...input);
      } catch (error) {
        if (sent !== "" || !lacksNote(error)) throw error;
        asked ??= ask(error);
        text = (await asked) ?? "";
        if (text === "") throw error;
        return await client.call(id, ...input);
      }
    },
  };
}

function lacksNote(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 428 && error.message.includes("X-Change-Note");
}
