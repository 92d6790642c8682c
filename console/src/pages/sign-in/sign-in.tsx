import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../../../../sdk/client/client.ts";
import { sentenceOf } from "../../state/notices.ts";
import { signIn, signInProblem, signOut } from "../../state/session.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { keepFocus } from "../../ui/kept-focus.ts";
import { Failure } from "../../ui/states.tsx";

/** The page before the session. */
export function SignIn(): JSX.Element {
  useEffect(() => () => keepFocus(), []);
  return (
    <main class="sign-in">
      <h1>
        <img src={`${import.meta.env.BASE_URL}icon.svg`} alt="" width="40" height="40" /> Burgee
      </h1>
      <SignInForm />
      <p class="hint">
        Ask the person who runs this deployment for an admin token. <code>npm run dev</code> prints one, and{" "}
        <code>burgee tokens create</code> makes one.
      </p>
    </main>
  );
}

/** Asks for another token over the page whose token was rejected. The page keeps its unsaved changes. */
export function SignInAgain(): JSX.Element {
  return (
    <Dialog title="Sign in again" isKeptOpen onClose={() => undefined}>
      <p>This page and your unsaved changes are still here. Sign in to continue.</p>
      <SignInForm>
        <button type="button" onClick={() => signOut()}>
          Sign out
        </button>
      </SignInForm>
    </Dialog>
  );
}

/** Says why a text is not an admin token of this deployment. The API's own reason speaks of keys. */
function problemOf(token: string, error: unknown): string {
  if (/^bg[cs]_/.test(token)) return "This is an SDK key. Sign in with an admin token, which begins with bga_.";
  if (!token.startsWith("bga_")) return "This is not an admin token, which begins with bga_.";
  const isOfOther = error instanceof ApiError && error.message.startsWith("the key does not belong");
  return isOfOther
    ? "This admin token does not belong to this deployment. Check that it is complete."
    : sentenceOf(error);
}

function SignInForm({ children }: { children?: ComponentChildren }): JSX.Element {
  const [token, setToken] = useState("");
  const [isKept, setIsKept] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (isBusy) return;
    setIsBusy(true);
    try {
      await signIn(token.trim(), isKept);
    } catch (error) {
      signInProblem.value = problemOf(token.trim(), error);
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <label class="field">
        <span>Admin token</span>
        <input
          type="password"
          autocomplete="off"
          required
          value={token}
          placeholder="bga_…"
          onInput={(event) => setToken(event.currentTarget.value)}
        />
      </label>
      <label class="choice">
        <input type="checkbox" checked={isKept} onChange={(event) => setIsKept(event.currentTarget.checked)} />
        Keep me signed in while this tab is open
      </label>
      <Failure text={signInProblem.value} />
      <footer class="actions">
        {children}
        <button type="submit" class="primary" aria-disabled={isBusy}>
          Sign in
        </button>
      </footer>
    </form>
  );
}
