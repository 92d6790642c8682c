import type { JSX } from "preact";
import type { Serve } from "../../../../sdk/client/contract.ts";
import { bracketed } from "../../../../sdk/client/scheme-text.ts";
import { nameText, variantText } from "../../../../sdk/words/names.ts";
import { bucketingRemarks, serveText, type Wording } from "../../../../sdk/words/serve.ts";
import { percentText } from "../../../../sdk/words/share.ts";
import { WEIGHT_TOTAL } from "../../../../src/flags/document.ts";
import { Select } from "../fields/select.tsx";
import { useVariantColour } from "../plots/variant-colour.ts";
import { ShareInput } from "../rollout/share-input.tsx";
import { Part, Word } from "./part.tsx";
import { plainServe, type PlainServe, withShare, withVariant } from "./plain-serve.ts";

interface ServeProps {
  serve: Serve;
  onChange: (serve: Serve) => void;
  variants: readonly string[];
  /** Whether the flag has rollouts, and not only variants. */
  hasShares: boolean;
  /** The variant for everyone outside the share, where the outcome has to reach everyone. */
  rest?: string | undefined;
  wording: Wording;
  pointer: string;
  /** The owner of the outcome, for screen readers: `Rule 1`. */
  of: string;
}

/** An outcome as the end of a sentence: `on for 10%`. An outcome with more than that is text. */
export function ServeSentence(props: ServeProps): JSX.Element {
  const { serve, wording, hasShares } = props;
  const plain = plainServe(serve);
  if (plain === undefined) return <span class="text">{serveText(serve, wording, true)}</span>;
  const { variant, share, other } = plain;
  const remarks = "rollout" in serve ? bracketed(bucketingRemarks(serve.rollout, wording, true)).trim() : "";
  return (
    <span class="sentence-part">
      <VariantPart {...props} plain={plain} />
      {hasShares && variant !== null && (
        <span class="joined">
          <Word>for</Word>
          <SharePart {...props} variant={variant} share={share} />
        </span>
      )}
      {other !== undefined && (
        <span class="tail">
          , {nameText(other.variant)} for {percentText(other.share)}
        </span>
      )}
      {remarks !== "" && <Word>{remarks}</Word>}
    </span>
  );
}

function VariantPart({ serve, onChange, variants, pointer, of, plain }: ServeProps & { plain: PlainServe }) {
  const colour = useVariantColour();
  const { variant } = plain;
  const at = "rollout" in serve ? `${pointer}/rollout/weights/0/0` : `${pointer}/variant`;
  const none: [string, string][] = "rollout" in serve ? [] : [["", "none (use the code default)"]];
  return (
    <Part
      name={`${of}, variant`}
      value={variantText(variant)}
      pointer={at}
      isList
      editor={
        <Select
          label="Variant"
          isLabelHidden
          value={variant ?? ""}
          options={[...variants.map((name) => [name, name] as const), ...none]}
          onChange={(name) => onChange(withVariant(serve, name === "" ? null : name))}
          pointer={at}
        />
      }
    >
      {variant !== null && <span class={`swatch colour-${colour(variant)}`} aria-hidden="true" />}
      {variantText(variant)}
    </Part>
  );
}

function SharePart({ serve, onChange, rest, wording, pointer, of, variant, share }: ServeProps & Share) {
  const at = `${pointer}/rollout/weights/0/1`;
  return (
    <Part
      name={`${of}, share of ${variant}`}
      value={percentText(share)}
      pointer={at}
      editor={
        <>
          <ShareInput
            label={`Percentage of ${variant}`}
            isLabelHidden
            share={share}
            total={WEIGHT_TOTAL}
            onChange={(changed) => onChange(withShare(serve, changed, wording.flagKey, rest))}
            pointer={at}
          />
          <span aria-hidden="true">%</span>
        </>
      }
    >
      {percentText(share)}
    </Part>
  );
}

interface Share {
  variant: string;
  share: number;
}
