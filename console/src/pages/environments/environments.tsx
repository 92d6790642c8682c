import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Environment } from "../../../../sdk/client/contract.ts";
import { allowOverrides, deleteEnvironment, requireNotes } from "../../state/environment-changes.ts";
import { environmentColour, environments } from "../../state/environments.ts";
import { go, href, route } from "../../state/route.ts";
import { isReadOnly } from "../../state/session.ts";
import * as icons from "../../ui/kit/icons.ts";
import { Menu } from "../../ui/kit/menu.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { Switch } from "../../ui/switch.tsx";
import { Time } from "../../ui/time.tsx";
import { CountCells } from "./counts.tsx";
import { CreateEnvironment, RenameEnvironment } from "./dialogs.tsx";

/** The environments of the project. Each has its own configurations, segments and SDK keys. */
export function EnvironmentsPage(): JSX.Element {
  const [isCreating, setIsCreating] = useState(false);
  const [renamed, setRenamed] = useState<Environment | undefined>(undefined);
  return (
    <>
      <header class="page">
        <h1>Environments</h1>
        <button type="button" class="primary" hidden={isReadOnly.value} onClick={() => setIsCreating(true)}>
          New environment
        </button>
      </header>
      <Loaded of={environments}>
        {(all) =>
          all.length === 0 ? (
            <Empty title="No environments yet">
              <p>Create one, such as “production”. Flags, segments and SDK keys belong to an environment.</p>
            </Empty>
          ) : (
            <table class="list environments">
              <thead>
                <tr>
                  <th scope="col">Environment</th>
                  <th scope="col">Flags</th>
                  <th scope="col">SDK keys</th>
                  <th scope="col">Version</th>
                  <th scope="col">Created</th>
                  <th scope="col">Override links</th>
                  <th scope="col">Notes required</th>
                  <th scope="col">
                    <span class="visually-hidden">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {all.map((one) => (
                  <EnvironmentRow key={one.key} environment={one} onRename={() => setRenamed(one)} />
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
      {isCreating && <CreateEnvironment known={environments.data.value ?? []} onClose={() => setIsCreating(false)} />}
      {renamed !== undefined && <RenameEnvironment environment={renamed} onClose={() => setRenamed(undefined)} />}
    </>
  );
}

function EnvironmentRow({
  environment: one,
  onRename,
}: {
  environment: Environment;
  onRename: () => void;
}): JSX.Element {
  return (
    <tr>
      <td class="wide">
        <a
          class="environment-chip on"
          data-environment={environmentColour(one.key)}
          href={href(["flags"], { environment: one.key })}
        >
          {one.name}
        </a>{" "}
        <code class="hint">{one.key}</code>
      </td>
      <CountCells environment={one.key} />
      <td data-label="Version">{one.version}</td>
      <td data-label="Created">
        <Time at={one.createdAt} />
      </td>
      <td data-label="Override links">
        <Switch
          label={`Allow override links in ${one.key}`}
          isOn={one.overridesAllowed}
          isDisabled={isReadOnly.value}
          onToggle={(isAllowed) => void allowOverrides(one, isAllowed)}
        />
      </td>
      <td data-label="Notes required">
        <Switch
          label={`Require a note with each change in ${one.key}`}
          isOn={one.requiresNote}
          isDisabled={isReadOnly.value}
          onToggle={(isRequired) => void requireNotes(one, isRequired)}
        />
      </td>
      <td class="row-menu">
        <Menu
          label={`Actions for ${one.key}`}
          isDisabled={isReadOnly.value}
          items={[
            { label: "Rename", icon: icons.edit, does: onRename },
            { label: "SDK keys", icon: icons.key, does: href(["keys"], { environment: one.key }) },
            { label: "Delete", icon: icons.remove, isDestructive: true, does: () => void remove(one) },
          ]}
        />
      </td>
    </tr>
  );
}

async function remove(one: Environment): Promise<void> {
  if (!(await deleteEnvironment(one))) return;
  if (route.peek().query["environment"] === one.key) go(["environments"], { environment: undefined });
}
