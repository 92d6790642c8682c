import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { DefinitionWithEnvironments } from "../../../../sdk/client/contract.ts";
import { configurationOf, type EnvironmentConfiguration } from "../../state/flags/copy-configuration.ts";
import { environments } from "../../state/environments.ts";
import type { Editing } from "../../state/flags/flag-editing.ts";
import { readIfAllowed, useResource } from "../../state/resource.ts";
import { href } from "../../state/route.ts";
import { client, isReadOnly } from "../../state/session.ts";
import { changeText, configurationChanges } from "../../../../sdk/words/changes.ts";
import { servesText } from "../../../../sdk/words/condition.ts";
import { variantText } from "../../../../sdk/words/names.ts";
import { ruleText } from "../../../../sdk/words/rule.ts";
import { servedText } from "../../../../sdk/words/served.ts";
import { serveText, type Wording } from "../../../../sdk/words/serve.ts";
import { wordingOf } from "../../state/wording.ts";
import { isSame } from "../../ui/fields/parsed.ts";
import { Loaded } from "../../ui/states.tsx";
import { CopyDialog } from "./copy-dialog.tsx";

/** Compares the flag between environments, and copies its configuration from here to another one. */
export function EnvironmentsSection({ editing }: { editing: Editing }): JSX.Element {
  const { key = "", version } = editing.stored.value ?? {};
  const definition = useResource(
    () => readIfAllowed(async () => (await client.call("getDefinition", { path: { key } })).body),
    [key],
  );
  const target = useMemo(() => signal<string | undefined>(undefined), []);
  // A save on this page changes one of the compared configurations.
  useEffect(() => void definition.reload(), [version]);
  return (
    <section class="card" aria-labelledby="environments">
      <h2 id="environments">Environments</h2>
      <Loaded of={definition}>
        {(known) =>
          known === null ? (
            <p class="hint">
              Your admin token is for some environments only. Sign in with a token for all environments to compare them
              and to copy a configuration.
            </p>
          ) : (
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
          )
        }
      </Loaded>
    </section>
  );
}

type Aspect = (configuration: EnvironmentConfiguration, wording: Wording) => readonly string[];

const NONE = ["none"];

/** The rows of the comparison: what is served, and then each field that decides it. */
const ASPECTS: readonly (readonly [string, Aspect])[] = [
  ["State", ({ enabled }) => [enabled ? "on" : "off"]],
  ["Serves now", (configuration, wording) => [servedText(configuration, Date.now(), wording).now]],
  ["Next change", (configuration, wording) => [servedText(configuration, Date.now(), wording).later ?? "none"]],
  ["Rules", ({ rules = [] }, wording) => orNone(rules.map((rule) => `${rule.id}: ${ruleText(rule, wording, false)}`))],
  ["Everyone else", (configuration, wording) => [serveText(configuration.default, wording)]],
  ["When off", ({ offVariant = null }) => [variantText(offVariant)]],
  [
    "Prerequisites",
    ({ prerequisites = [] }) => orNone(prerequisites.map(({ flag, variants }) => servesText(flag, variants))),
  ],
  ["Version", ({ version }) => [String(version)]],
];

function orNone(texts: readonly string[]): readonly string[] {
  return texts.length === 0 ? NONE : texts;
}

function Comparison({ known, current }: { known: DefinitionWithEnvironments; current: string }): JSX.Element {
  const entries = Object.entries(known.environments);
  const own = known.environments[current];
  const wording = wordingOf(known.key);
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
          {ASPECTS.map(([label, textsOf]) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {entries.map(([name, configuration]) => {
                const texts = textsOf(configuration, wording);
                const differs = label !== "Version" && own !== undefined && !isSame(texts, textsOf(own, wording));
                return (
                  <td key={name} class={differs ? "differs" : undefined}>
                    {texts.join("\n")}
                    {differs && <span class="visually-hidden"> (differs)</span>}
                  </td>
                );
              })}
            </tr>
          ))}
          {own !== undefined && entries.length > 1 && (
            <tr>
              <th scope="row">Compared with {current}</th>
              {entries.map(([name, configuration]) => (
                <Difference key={name} isOwn={name === current} {...{ own, configuration, wording }} />
              ))}
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

/** Every difference from the environment of this page in words, or "the same" if there is none in any field. */
function Difference({
  isOwn,
  own,
  configuration,
  wording,
}: {
  isOwn: boolean;
  own: EnvironmentConfiguration;
  configuration: EnvironmentConfiguration;
  wording: Wording;
}): JSX.Element {
  if (isOwn) return <td />;
  const changes = configurationChanges(configurationOf(own), configurationOf(configuration), wording);
  if (changes.length === 0) return <td>the same</td>;
  return (
    <td class="differs">
      <ul>
        {changes.map((one) => (
          <li key={changeText(one)}>{changeText(one)}</li>
        ))}
      </ul>
    </td>
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
