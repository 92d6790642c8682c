import type { JSX } from "preact";
import type { Flag, Serve } from "../../../../sdk/client/contract.ts";
import { SERVED_ERRORS, type ServedError } from "../../../../src/flags/document.ts";
import { Select } from "../fields/select.tsx";
import type { RestVariant } from "./ramp-form.ts";
import type { Step } from "./ramp-steps.ts";
import { RolloutEditor } from "./rollout-editor.tsx";
import { ERROR_TEXTS, formsOf, serveAs, type ServeForm, serveFormOf } from "./serve.ts";
import { WeightsEditor } from "./weights-editor.tsx";

/** Edits what a rule or the default serves: one variant, a rollout, or a draw in a sample. */
export function ServeEditor({
  serve,
  onChange,
  variants,
  kind,
  isDefault,
  restVariant,
  flagKey,
  attributeList,
  onSteps,
  pointer,
}: {
  serve: Serve;
  onChange: (serve: Serve) => void;
  variants: readonly string[];
  kind: NonNullable<Flag["kind"]>;
  isDefault: boolean;
  /** The variant that subjects outside a rollout get, if it is one. */
  restVariant: RestVariant;
  flagKey: string;
  attributeList: string;
  /** Replaces a ramp by rules, one for each step. Absent where rules cannot be added. */
  onSteps?: ((steps: readonly Step[]) => void) | undefined;
  pointer: string;
}): JSX.Element {
  const form = serveFormOf(serve);
  return (
    <div class="stack serve" data-pointer={pointer} tabIndex={-1}>
      <div class="row">
        <Select
          label="Serve"
          value={form}
          options={formsOf(kind, isDefault)}
          onChange={(chosen) => onChange(serveAs(chosen as ServeForm, serve, variants))}
          pointer={`${pointer}/-`}
        />
        <Outcome serve={serve} onChange={onChange} variants={variants} pointer={pointer} />
      </div>
      {"error" in serve && <p class="hint">Clients report the error and use the code default.</p>}
      {"rollout" in serve && (
        <RolloutEditor
          rollout={serve.rollout}
          onChange={(rollout) => onChange({ rollout })}
          variants={variants}
          isDefault={isDefault}
          restVariant={restVariant}
          flagKey={flagKey}
          attributeList={attributeList}
          onSteps={onSteps}
          pointer={`${pointer}/rollout`}
        />
      )}
      {"draw" in serve && (
        <WeightsEditor
          weights={serve.draw.weights}
          onChange={(weights) => onChange({ draw: { weights } })}
          variants={variants}
          isWhole={isDefault}
          rest="next rule"
          pointer={`${pointer}/draw/weights`}
        />
      )}
    </div>
  );
}

/** The one variant or the error that everyone gets. */
function Outcome({
  serve,
  onChange,
  variants,
  pointer,
}: {
  serve: Serve;
  onChange: (serve: Serve) => void;
  variants: readonly string[];
  pointer: string;
}): JSX.Element | null {
  if ("variant" in serve) {
    return (
      <Select
        label="Variant"
        value={serve.variant ?? ""}
        options={[...variants.map((name) => [name, name] as const), ["", "none (use the code default)"]]}
        onChange={(variant) => onChange({ variant: variant === "" ? null : variant })}
        pointer={`${pointer}/variant`}
      />
    );
  }
  if (!("error" in serve)) return null;
  return (
    <Select
      label="Error"
      value={serve.error}
      options={SERVED_ERRORS.map((code) => [code, ERROR_TEXTS[code]])}
      onChange={(code) => onChange({ error: code as ServedError })}
      pointer={`${pointer}/error`}
    />
  );
}
