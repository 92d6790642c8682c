/** Who is signed in. The token lives in memory, or for this tab's session when the person asks for it; never longer. */
import { computed, signal } from "@preact/signals";
import { ApiError, type Client, createClient } from "../../../sdk/client/client.ts";

const STORED = "burgee.token";

const token = signal(sessionStorage.getItem(STORED) ?? undefined);

export const isSignedIn = computed(() => token.value !== undefined);
/** Whether the token's role is to read. Undefined until the deployment has said so. */
export const isReadOnly = computed(() => token.value?.startsWith("bga_read_") === true);
/** Why the person was sent back to the sign-in. */
export const signInProblem = signal<string | undefined>(undefined);

const transport = createClient({ url: location.origin, token: () => token.peek() });

/** Every call of the console; a token that is refused ends the session. */
export const client: Client = {
  async call(id, ...input) {
    try {
      return await transport.call(id, ...input);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) signOut("The token is not accepted any more.");
      throw error;
    }
  },
};

/** @throws ApiError, UnreachableError when the token is not accepted */
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
