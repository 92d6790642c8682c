import type { JSX } from "preact";
import type { Flag, Serve } from "../../../../sdk/client/contract.ts";
import { serveText } from "../../../../sdk/client/serve-text.ts";
import { FOREIGN_HINT, isForeign } from "./foreign.ts";
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
  const forms = formsOf(kind, isDefault, serve);
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
            value={serve.variant ?? ""}
            options={[
              ...(serve.variant === null ? [["", "none (use the code default)"] as const] : []),
              ...variants.map((name) => [name, name] as const),
            ]}
            onChange={(variant) => onChange({ variant: variant === "" ? null : variant })}
            pointer={`${pointer}/variant`}
          />
        )}
      </div>
      <ImportedServe serve={serve} />
      {"rollout" in serve && !isForeign(serve.rollout) && (
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

/** Describes what an import wrote and nothing here edits. */
function ImportedServe({ serve }: { serve: Serve }): JSX.Element | null {
  if ("error" in serve) return <p class="hint">Clients get the error {serve.error} and use the code default.</p>;
  if (!("rollout" in serve) || !isForeign(serve.rollout)) return null;
  return (
    <p class="hint">
      {serveText(serve)}. {FOREIGN_HINT} {serve.rollout.hash}.
    </p>
  );
}
