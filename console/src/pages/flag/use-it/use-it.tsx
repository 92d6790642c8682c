import type { JSX } from "preact";
import type { Flag } from "../../../../../sdk/client/contract.ts";
import { href, replaceQuery, route } from "../../../state/route.ts";
import { copyText } from "../../../ui/copy-text.ts";
import { Icon } from "../../../ui/kit/icon.tsx";
import * as icons from "../../../ui/kit/icons.ts";
import { focusFieldInTab } from "../tabs.ts";
import { EMPTY } from "./literals.ts";
import { LiveLight } from "./live-light.tsx";
import type { Block, Sdk } from "./sdk.ts";
import { SDKS } from "./snippets.ts";

/** The code that evaluates this flag, and a light for its first evaluation. */
export function UseIt({ environment, flag }: { environment: string; flag: Flag }): JSX.Element {
  const { key, type } = flag;
  const wanted = route.value.query["sdk"];
  // Without a choice, begin with an SDK that can see the flag.
  const first = SDKS.find((sdk) => flag.clientVisible === true || sdk.key !== "client");
  const sdk = SDKS.find(({ id }) => id === wanted) ?? first ?? SDKS[0];
  if (sdk === undefined) return <></>;
  const fallback = fallbackOf(flag);
  const blocks = sdk.blocks({ url: location.origin, environment, flag: key, type, fallback: fallback.value });
  return (
    <>
      <LiveLight environment={environment} flagKey={key} />
      <section class="card stack" aria-labelledby="use-it">
        <h2 id="use-it">Use it in your code</h2>
        <label class="field">
          <span>SDK</span>
          <select
            value={sdk.id}
            onChange={({ currentTarget }) => replaceQuery({ ...route.peek().query, sdk: currentTarget.value })}
          >
            {SDKS.map(({ id, label }) => (
              <option key={id} value={id}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <Visibility flag={flag} sdk={sdk} />
        {blocks.map((block) => (
          <CodeBlock key={`${sdk.id} ${block.title}`} block={block} />
        ))}
        <KeyHint environment={environment} sdk={sdk} />
        <p class="hint">
          If the evaluation fails, the code gets <code>{JSON.stringify(fallback.value)}</code>: {fallback.reason}.
        </p>
      </section>
    </>
  );
}

/** Returns the value for the code to use when an evaluation fails, and where it comes from. */
function fallbackOf({ fallback, offVariant, variants, type }: Flag): { value: unknown; reason: string } {
  if (fallback !== undefined && fallback !== null) return { value: fallback, reason: "the fallback of the flag" };
  if (offVariant != null && Object.hasOwn(variants, offVariant)) {
    return { value: variants[offVariant], reason: `the value of ${offVariant}, the variant when the flag is off` };
  }
  return { value: EMPTY[type], reason: "the flag has no fallback and no off variant" };
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
      It needs a {sdk.key} key of {environment}. The console shows a key only once:{" "}
      <a href={href(["keys"])}>create a key</a>.
      {sdk.key === "client" ? " A client key is public." : " Keep a server key out of pages and apps."}
    </p>
  );
}

function CodeBlock({ block: { title, text } }: { block: Block }): JSX.Element {
  return (
    <figure class="code-block">
      <figcaption>
        {title}
        <button type="button" class="quiet small" onClick={() => void copyText(text)}>
          <Icon of={icons.copy} /> Copy<span class="visually-hidden"> {title}</span>
        </button>
      </figcaption>
      <pre tabIndex={0} role="region" aria-label={title}>
        {text}
      </pre>
    </figure>
  );
}
