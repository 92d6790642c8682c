import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { reasonOf } from "../../state/notices.ts";
import { signIn, signInProblem } from "../../state/session.ts";
import { Failure } from "../../ui/states.tsx";

export function SignIn(): JSX.Element {
  const [token, setToken] = useState("");
  const [isKept, setIsKept] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setIsBusy(true);
    try {
      await signIn(token.trim(), isKept);
    } catch (error) {
      signInProblem.value = reasonOf(error);
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <main class="sign-in">
      <h1>
        <img src={`${import.meta.env.BASE_URL}icon.svg`} alt="" width="40" height="40" /> Burgee
      </h1>
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
        <button type="submit" class="primary" disabled={isBusy}>
          Sign in
        </button>
      </form>
      <p class="hint">
        <code>npm run dev</code> prints an admin token. For a deployment, create one with{" "}
        <code>npm run admin-token</code>.
      </p>
    </main>
  );
}
