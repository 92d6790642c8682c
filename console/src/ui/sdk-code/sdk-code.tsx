import type { JSX } from "preact";
import type { Flag } from "../../../../sdk/client/contract.ts";
import { copyText } from "../copy-text.ts";
import { Icon } from "../kit/icon.tsx";
import * as icons from "../kit/icons.ts";
import { EMPTY, type Subject } from "./literals.ts";
import type { Block, Sdk } from "./sdk.ts";

type CodedFlag = Pick<Flag, "key" | "type" | "variants" | "fallback" | "offVariant">;

interface Props {
  sdks: readonly Sdk[];
  chosen: Sdk;
  onChoose: (id: string) => void;
  environment: string;
  flag: CodedFlag;
  sdkKey?: Subject["key"];
  /** A note about the chosen SDK, before its code. */
  note?: JSX.Element;
}

/** A choice of SDKs, and the code that evaluates the flag with the chosen one, ready to copy. */
export function SdkCode({ sdks, chosen, onChoose, environment, flag, sdkKey, note }: Props): JSX.Element {
  const fallback = fallbackOf(flag);
  const subject = { url: location.origin, environment, flag: flag.key, type: flag.type, fallback: fallback.value };
  const blocks = chosen.blocks(sdkKey === undefined ? subject : { ...subject, key: sdkKey });
  return (
    <>
      <label class="field">
        <span>SDK</span>
        <select value={chosen.id} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
          {sdks.map(({ id, label }) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
        </select>
      </label>
      {note}
      {blocks.map((block) => (
        <CodeBlock key={`${chosen.id} ${block.title}`} block={block} />
      ))}
      <p class="hint">
        If the evaluation fails, the code gets <code>{JSON.stringify(fallback.value)}</code>: {fallback.reason}.
      </p>
    </>
  );
}

/** Returns the value for the code to use when an evaluation fails, and where it comes from. */
function fallbackOf({ fallback, offVariant, variants, type }: CodedFlag): { value: unknown; reason: string } {
  if (fallback !== undefined && fallback !== null) return { value: fallback, reason: "the fallback of the flag" };
  if (offVariant != null && Object.hasOwn(variants, offVariant)) {
    return { value: variants[offVariant], reason: `the value of ${offVariant}, the variant when the flag is off` };
  }
  return { value: EMPTY[type], reason: "the flag has no fallback and no off variant" };
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
