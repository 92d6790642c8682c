import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ListedFlag } from "../../state/flags/flag-filter.ts";
import { snippetsOf } from "./snippets.ts";
import { copyText } from "../../ui/copy-text.ts";

interface Props {
  flag: ListedFlag;
  kind: "client" | "server";
  /** `undefined` if the key was not created just now: the server does not know its secret. */
  secret: string | undefined;
}

/** The code of the first evaluation, in the language that the person chooses. */
export function Code({ flag, kind, secret }: Props): JSX.Element {
  const [chosen, choose] = useState(0);
  const snippets = snippetsOf({ origin: location.origin, flag, kind, secret });
  const shown = snippets[chosen] ?? snippets[0];
  return (
    <>
      {kind === "client" && flag.clientVisible !== true && (
        <p class="banner">
          {flag.key} is for servers only, so this client key gets FLAG_NOT_FOUND. Create a server key, or make the flag
          visible to client keys on its page.
        </p>
      )}
      <div class="row-actions">
        {snippets.map(({ title }, i) => (
          <button key={title} type="button" class="small" aria-pressed={i === chosen} onClick={() => choose(i)}>
            {title}
          </button>
        ))}
        <button type="button" class="small" onClick={() => void copyText(shown?.text ?? "")}>
          Copy the code
        </button>
      </div>
      <pre class="secret" role="region" aria-label={`Code for ${shown?.title}`} tabIndex={0}>
        {shown?.text}
      </pre>
      {secret === undefined && (
        <p class="hint">
          Put the secret of your key in place of {kind === "client" ? "YOUR_CLIENT_KEY" : "YOUR_SERVER_KEY"}. It was
          shown when the key was created. If you no longer have it, create another key.
        </p>
      )}
    </>
  );
}
