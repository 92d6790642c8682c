/** The session. The token stays in memory, or in this tab's session storage if the person asks for it; never longer. */
import { exactJson } from "../../../src/flags/formats/exact-numbers.ts";
import { batch, computed, signal } from "@preact/signals";
import { ApiError, type Client, createClient } from "../../../sdk/client/client.ts";
import { createPrompt } from "../ui/prompt.ts";
import { withNote } from "./change-note.ts";
import { dropAllDrafts } from "./drafts/kept-drafts.ts";
import { ROUTES } from "../../../sdk/client/contract.ts";
import { keepOrNotify, tabStorage } from "./storage.ts";

const STORED = "burgee.token";

const token = signal(tabStorage.getItem(STORED) ?? undefined);

export const isSignedIn = computed(() => token.value !== undefined);
/** Whether the token can only read. The prefix of the token says so. */
export const isReadOnly = computed(() => token.value?.startsWith("bga_read_") === true);
/** The id of the session's token, which is its third part. */
export const tokenId = computed(() => token.value?.split("_")[2]);
/** Why the person has to sign in again. */
export const signInProblem = signal<string | undefined>(undefined);
/** Whether the token was rejected in the middle of the work. The page stays, and continues with another token. */
export const isInterrupted = signal(false);

/** Asks for a note that an environment requires; resolves with `undefined` if the person gives up the change. */
export const noteRequest = createPrompt<{ reason: string }, string | undefined>();

/** Whether the API has accepted the current token before. */
let hasWorked = false;
/** Resolves when an interruption ends, with whether the person has signed in again. */
let resumption = Promise.withResolvers<boolean>();

/**
 * Creates the API client for all writes of one change, which sends `note` with each. If an environment requires a note
 * and there is none, the client asks the person for it.
 */
export function createChangeClient(note = ""): Client {
  return withNote(connect, note, ({ message }) =>
    noteRequest.ask({ reason: `${message.split(";", 1)[0] ?? message}.` }),
  );
}

/**
 * Returns a client with the session's token. If the token is rejected, a call waits until the person has signed in
 * again, and is then repeated, so that no unsaved work is lost. A rejected call has changed nothing.
 */
function connect(note: () => string): Client {
  const transport = createClient({ url: location.origin, token: () => token.peek(), note, stringify: exactJson });
  return {
    async call(id, ...input) {
      for (;;) {
        const used = token.peek();
        try {
          const result = await transport.call(id, ...input);
          hasWorked = true;
          return result;
        } catch (error) {
          const isRejected = error instanceof ApiError && error.status === 401;
          if (!isRejected || !(await signedInAgain(used))) throw error;
        }
      }
    },
  };
}

/** The API client for reads, and for changes that have one write and no review. */
export const client: Client = { call: (id, ...input) => createChangeClient().call(id, ...input) };

/**
 * Opens the stream of the changes of an environment, and of others. It is the one request whose response has no end for
 * a while.
 */
export async function openChangeStream(
  environment: string,
  others: readonly string[],
  signal: AbortSignal,
): Promise<Response> {
  const [, route] = ROUTES.followChanges;
  const headers = { authorization: `Bearer ${token.peek()}`, accept: "text/event-stream" };
  const url = new URL(route.replace("{env}", encodeURIComponent(environment)), location.origin);
  if (others.length > 0) url.searchParams.set("also", others.join(","));
  return await fetch(url, { headers, signal, redirect: "manual" });
}

/** Waits until a call that was sent with a rejected token can be repeated. Resolves with `false` if it cannot. */
async function signedInAgain(used: string | undefined): Promise<boolean> {
  // Another call was rejected first, and the person has signed in since.
  if (token.peek() !== undefined && token.peek() !== used) return true;
  if (used === undefined && !isInterrupted.peek()) return false;
  const problem = "Your admin token is no longer valid. Sign in with another one.";
  if (!hasWorked) {
    signOut(problem);
    return false;
  }
  if (!isInterrupted.peek()) {
    tabStorage.removeItem(STORED);
    resumption = Promise.withResolvers<boolean>();
    batch(() => {
      token.value = undefined;
      signInProblem.value = problem;
      isInterrupted.value = true;
    });
  }
  return await resumption.promise;
}

/** @throws ApiError if the token is rejected, UnreachableError if there is no response */
export async function signIn(candidate: string, isKept: boolean): Promise<void> {
  const trial = createClient({ url: location.origin, token: () => candidate });
  await trial.call("listEnvironments");
  if (isKept) keepOrNotify(tabStorage, STORED, candidate, "you signed in");
  start(candidate, undefined);
}

export function signOut(problem?: string): void {
  tabStorage.removeItem(STORED);
  // A rejected token is not the end of the person's work.
  if (problem === undefined) dropAllDrafts(tabStorage);
  start(undefined, problem);
}

function start(next: string | undefined, problem: string | undefined): void {
  hasWorked = next !== undefined;
  batch(() => {
    token.value = next;
    signInProblem.value = problem;
    isInterrupted.value = false;
  });
  resumption.resolve(next !== undefined);
}
