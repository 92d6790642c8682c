import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ListedFlag } from "../../state/flags/flag-filter.ts";
import { SdkCode } from "../../ui/sdk-code/sdk-code.tsx";
import { sdksFor } from "../../ui/sdk-code/snippets.ts";

interface Props {
  environment: string;
  flag: ListedFlag;
  kind: "client" | "server";
  /** `undefined` if the key was not created just now: the server does not know its secret. */
  secret: string | undefined;
}

/** The code of the first evaluation, with the SDK that the person chooses. */
export function Code({ environment, flag, kind, secret }: Props): JSX.Element | null {
  // A command needs nothing to be installed, and its output shows at once.
  const [chosen, choose] = useState("curl");
  const sdks = sdksFor(kind);
  const sdk = sdks.find(({ id }) => id === chosen) ?? sdks[0];
  if (sdk === undefined) return null;
  return (
    <>
      {kind === "client" && flag.clientVisible !== true && (
        <p class="banner">
          {flag.key} is for servers only, so this client key gets FLAG_NOT_FOUND. Create a server key, or make the flag
          visible to client keys on its page.
        </p>
      )}
      <SdkCode
        sdks={sdks}
        chosen={sdk}
        onChoose={choose}
        environment={environment}
        flag={flag}
        sdkKey={{ kind, secret }}
      />
      {secret === undefined && sdk.key !== "none" && (
        <p class="hint">
          Put the secret of your key into the code. It was shown when the key was created. If you no longer have it,
          create another key.
        </p>
      )}
    </>
  );
}
