import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { ApiError } from "../../../../../sdk/client/client.ts";
import type { Flag } from "../../../../../sdk/client/contract.ts";
import { environmentColour } from "../../../state/environments.ts";
import type { Editing } from "../../../state/flags/flag-editing.ts";
import { useResource } from "../../../state/resource.ts";
import { href, route } from "../../../state/route.ts";
import { client } from "../../../state/session.ts";

/** The state of the flag in each environment, as links to its page there. */
export function EnvironmentChips({ editing, stored }: { editing: Editing; stored: Flag }): JSX.Element {
  const { environment } = editing;
  const { key, version, enabled } = stored;
  const states = useResource(() => readStates(key), [key]);
  useEffect(() => void states.reload(), [version]);
  const all = { ...states.data.value, [environment]: enabled };
  const { tab } = route.value.query;
  return (
    <nav class="environment-chips" aria-label="State in each environment">
      {Object.entries(all).map(([name, isOn]) => (
        <a
          key={name}
          href={href(["flags", key], { environment: name, tab })}
          class={isOn ? "environment-chip on" : "environment-chip"}
          data-environment={environmentColour(name)}
          aria-current={name === environment ? "true" : undefined}
        >
          {name} <strong>{isOn ? "on" : "off"}</strong>
        </a>
      ))}
    </nav>
  );
}

/** Returns whether the flag is on, by environment. It is empty if the token may not see other environments. */
async function readStates(key: string): Promise<Record<string, boolean>> {
  try {
    const { environments } = (await client.call("getDefinition", { path: { key } })).body;
    return Object.fromEntries(Object.entries(environments).map(([name, { enabled }]) => [name, enabled]));
  } catch (error) {
    if (error instanceof ApiError && [403, 404].includes(error.status)) return {};
    throw error;
  }
}
