import type { JSX } from "preact";
import type { Flag, Serve } from "../../../../sdk/client/contract.ts";
import { Select } from "../fields/select.tsx";
import { RolloutEditor } from "./rollout-editor.tsx";
import { formsOf, serveAs, type ServeForm, serveFormOf } from "./serve.ts";
import { WeightsEditor } from "./weights-editor.tsx";

/** Edits what a rule or the default serves: one variant, a rollout, or a draw in a sample. */
export function ServeEditor({
  serve,
  onChange,
  variants,
  kind,
  isDefault,
  flagKey,
  attributeList,
  pointer,
}: {
  serve: Serve;
  onChange: (serve: Serve) => void;
  variants: readonly string[];
  kind: NonNullable<Flag["kind"]>;
  isDefault: boolean;
  flagKey: string;
  attributeList: string;
  pointer: string;
}): JSX.Element {
  const forms = formsOf(kind, isDefault);
  const form = serveFormOf(serve);
  return (
    <div class="stack serve" data-pointer={pointer} tabIndex={-1}>
      <div class="row">
        <Select
          label="Serve"
          value={form}
          options={forms}
          onChange={(chosen) => onChange(serveAs(chosen as ServeForm, serve, variants))}
          pointer={`${pointer}/-`}
        />
        {"variant" in serve && (
          <Select
            label="Variant"
            value={serve.variant}
            options={variants.map((name) => [name, name])}
            onChange={(variant) => onChange({ variant })}
            pointer={`${pointer}/variant`}
          />
        )}
      </div>
      {"rollout" in serve && (
        <RolloutEditor
          rollout={serve.rollout}
          onChange={(rollout) => onChange({ rollout })}
          variants={variants}
          isDefault={isDefault}
          flagKey={flagKey}
          attributeList={attributeList}
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
