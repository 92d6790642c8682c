import type { JSX } from "preact";
import type { Flag } from "../../../../../sdk/client/contract.ts";
import { href, replaceQuery, route } from "../../../state/route.ts";
import { SdkCode } from "../../../ui/sdk-code/sdk-code.tsx";
import type { Sdk } from "../../../ui/sdk-code/sdk.ts";
import { SDKS } from "../../../ui/sdk-code/snippets.ts";
import { focusFieldInTab } from "../tabs.ts";
import { LiveLight } from "./live-light.tsx";

/** The code that evaluates this flag, and a light for its first evaluation. */
export function UseIt({ environment, flag }: { environment: string; flag: Flag }): JSX.Element {
  const wanted = route.value.query["sdk"];
  // Without a choice, begin with an SDK that can see the flag.
  const first = SDKS.find((sdk) => flag.clientVisible === true || sdk.key !== "client");
  const sdk = SDKS.find(({ id }) => id === wanted) ?? first ?? SDKS[0];
  if (sdk === undefined) return <></>;
  return (
    <>
      <LiveLight environment={environment} flagKey={flag.key} />
      <section class="card stack" aria-labelledby="use-it">
        <h2 id="use-it">Use it in your code</h2>
        <SdkCode
          sdks={SDKS}
          chosen={sdk}
          onChoose={(id) => replaceQuery({ ...route.peek().query, sdk: id })}
          environment={environment}
          flag={flag}
          note={<Visibility flag={flag} sdk={sdk} />}
        />
        <KeyHint environment={environment} sdk={sdk} />
      </section>
    </>
  );
}

function Visibility({ flag: { clientVisible, key }, sdk }: { flag: Flag; sdk: Sdk }): JSX.Element | null {
  if (sdk.key !== "client" || clientVisible === true) return null;
  return (
    <div class="banner failed" role="note">
      <p>
        Browsers and apps cannot see {key}, because it is not visible to client keys. With this code they get the
        default.
      </p>
      <button type="button" class="link" onClick={() => focusFieldInTab("/clientVisible")}>
        Change who sees it
      </button>
    </div>
  );
}

function KeyHint({ environment, sdk }: { environment: string; sdk: Sdk }): JSX.Element {
  if (sdk.key === "none") {
    return <p class="hint">A service binding needs no key and no URL. Both Workers are in one Cloudflare account.</p>;
  }
  return (
    <p class="hint">
      It needs a {sdk.key === "client" ? "client" : "server"} key of {environment}. The console shows a key only once:{" "}
      <a href={href(["keys"])}>create a key</a>.
      {sdk.key === "client" ? " A client key is public." : " Keep a server key out of pages and apps."}
    </p>
  );
}
