/** The session. The token stays in memory, or in this tab's session storage if the person asks for it; never longer. */
import { computed, signal } from "@preact/signals";
import { ApiError, type Client, createClient } from "../../../sdk/client/client.ts";

const STORED = "burgee.token";

const token = signal(sessionStorage.getItem(STORED) ?? undefined);

export const isSignedIn = computed(() => token.value !== undefined);
/** Whether the token can only read. The prefix of the token says so. */
export const isReadOnly = computed(() => token.value?.startsWith("bga_read_") === true);
/** Why the person has to sign in again. */
export const signInProblem = signal<string | undefined>(undefined);

const transport = createClient({ url: location.origin, token: () => token.peek() });

/** The API client of the console. A rejected token ends the session. */
export const client: Client = {
  async call(id, ...input) {
    try {
      return await transport.call(id, ...input);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401)
        signOut("Your admin token is no longer valid. Sign in with another one.");
      throw error;
    }
  },
};

/** @throws ApiError if the token is rejected, UnreachableError if there is no response */
export async function signIn(candidate: string, isKept: boolean): Promise<void> {
  const trial = createClient({ url: location.origin, token: () => candidate });
  await trial.call("listEnvironments");
  if (isKept) sessionStorage.setItem(STORED, candidate);
  token.value = candidate;
  signInProblem.value = undefined;
}

export function signOut(problem?: string): void {
  sessionStorage.removeItem(STORED);
  token.value = undefined;
  signInProblem.value = problem;
}
