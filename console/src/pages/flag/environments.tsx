import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { DefinitionWithEnvironments } from "../../../../sdk/client/contract.ts";
import type { EnvironmentConfiguration } from "../../state/flags/copy-configuration.ts";
import { environments } from "../../state/environments.ts";
import type { Editing } from "../../state/flags/flag-editing.ts";
import { useResource } from "../../state/resource.ts";
import { href } from "../../state/route.ts";
import { client, isReadOnly } from "../../state/session.ts";
import { ruleText } from "../../ui/schedule/rule-text.ts";
import { serveText } from "../../../../sdk/client/serve-text.ts";
import { Loaded } from "../../ui/states.tsx";
import { CopyDialog } from "./copy-dialog.tsx";

/** Compares the flag between environments, and copies its configuration from here to another one. */
export function EnvironmentsSection({ editing }: { editing: Editing }): JSX.Element {
  const { key = "", version } = editing.stored.value ?? {};
  const definition = useResource(async () => (await client.call("getDefinition", { path: { key } })).body, [key]);
  const target = useMemo(() => signal<string | undefined>(undefined), []);
  // A save on this page changes one of the compared configurations.
  useEffect(() => void definition.reload(), [version]);
  return (
    <section class="card" aria-labelledby="environments">
      <h2 id="environments">Environments</h2>
      <Loaded of={definition}>
        {(known) => (
          <>
            <Comparison known={known} current={editing.environment} />
            {!isReadOnly.value && <CopyButtons editing={editing} known={known} target={target} />}
            {target.value !== undefined && (
              <CopyDialog
                known={known}
                from={editing.environment}
                to={target.value}
                onClose={() => (target.value = undefined)}
                onCopied={() => void definition.reload()}
              />
            )}
          </>
        )}
      </Loaded>
    </section>
  );
}

const ASPECTS: readonly (readonly [string, (configuration: EnvironmentConfiguration) => string])[] = [
  ["State", ({ enabled }) => (enabled ? "on" : "off")],
  ["Rules", ({ rules = [] }) => rules.map((rule) => `${rule.id}: ${ruleText(rule)}`).join("\n") || "none"],
  ["Default", (configuration) => serveText(configuration.default)],
  ["When off", ({ offVariant }) => offVariant ?? "code default"],
  ["Prerequisites", ({ prerequisites = [] }) => prerequisites.map(({ flag }) => flag).join(", ") || "none"],
  ["Version", ({ version }) => String(version)],
];

function Comparison({ known, current }: { known: DefinitionWithEnvironments; current: string }): JSX.Element {
  const entries = Object.entries(known.environments);
  const own = known.environments[current];
  return (
    <div class="sideways" role="region" aria-label="Comparison of environments" tabIndex={0}>
      <table class="comparison">
        <thead>
          <tr>
            <th scope="col">
              <span class="visually-hidden">Setting</span>
            </th>
            {entries.map(([name]) => (
              <th key={name} scope="col">
                {name === current ? (
                  `${name} (this page)`
                ) : (
                  <a href={href(["flags", known.key], { environment: name })}>{name}</a>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ASPECTS.map(([label, textOf]) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {entries.map(([name, configuration]) => {
                const text = textOf(configuration);
                const differs = label !== "Version" && own !== undefined && text !== textOf(own);
                return (
                  <td key={name} class={differs ? "differs" : undefined}>
                    {text}
                    {differs && <span class="visually-hidden"> (differs)</span>}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function CopyButtons({
  editing,
  known,
  target,
}: {
  editing: Editing;
  known: DefinitionWithEnvironments;
  target: { value: string | undefined };
}): JSX.Element {
  const others = Object.keys(known.environments).filter((name) => name !== editing.environment);
  const without = (environments.data.value ?? []).filter(({ key }) => known.environments[key] === undefined);
  const isDirty = editing.changes.value.length > 0;
  return (
    <div class="actions">
      {isDirty && <span class="hint">Save your changes first. Only saved configurations are copied.</span>}
      {others.map((name) => (
        <button key={name} type="button" disabled={isDirty} onClick={() => (target.value = name)}>
          Copy configuration to {name}…
        </button>
      ))}
      {without.map(({ key }) => (
        <a key={key} class="button" href={href(["flags", known.key], { environment: key })}>
          Add to {key}…
        </a>
      ))}
    </div>
  );
}
