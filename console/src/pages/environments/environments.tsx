import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Environment } from "../../../../sdk/client/contract.ts";
import { environmentColour, environments, isProtected } from "../../state/environments.ts";
import { notify, notifyFailure } from "../../state/notices.ts";
import { go, href, route } from "../../state/route.ts";
import { client, isReadOnly } from "../../state/session.ts";
import { confirm } from "../../ui/confirm.tsx";
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

async function allowOverrides({ key, name }: Environment, isAllowed: boolean): Promise<void> {
  const isConfirmed = await confirm({
    title: isAllowed ? `Allow override links in ${name}?` : `Disable all override links in ${name}?`,
    detail: isAllowed
      ? "Anyone with a signed link gets the variants in it until it expires. Nobody else is affected."
      : "Every link that was signed so far stops working, even if you allow override links again later.",
    action: isAllowed ? "Allow override links" : "Disable override links",
    isDestructive: !isAllowed,
    typed: isProtected(key) ? key : undefined,
    changes: [key],
  });
  if (!isConfirmed) return;
  try {
    await client.call("updateEnvironment", { path: { env: key }, body: { overridesAllowed: isAllowed } });
    notify(isAllowed ? `Override links allowed in ${key}` : `Override links disabled in ${key}`);
    await environments.reload();
  } catch (error) {
    notifyFailure(`Could not change environment ${key}`, error);
  }
}

async function requireNotes({ key, name }: Environment, isRequired: boolean): Promise<void> {
  const isConfirmed = await confirm({
    title: isRequired ? `Require a note with each change in ${name}?` : `Accept changes without a note in ${name}?`,
    detail: isRequired
      ? "Each change then has to say why, here, on the command line and through the API. Edits in SQL need no note."
      : "The audit log then shows a reason only where somebody gives one.",
    action: isRequired ? "Require notes" : "Accept changes without a note",
    changes: [key],
  });
  if (!isConfirmed) return;
  try {
    await client.call("updateEnvironment", { path: { env: key }, body: { requiresNote: isRequired } });
    notify(isRequired ? `Changes in ${key} need a note` : `Changes in ${key} need no note`);
    await environments.reload();
  } catch (error) {
    notifyFailure(`Could not change environment ${key}`, error);
  }
}

async function remove({ key, name }: Environment): Promise<void> {
  const isConfirmed = await confirm({
    title: `Delete ${name}?`,
    detail:
      "This deletes all of its configurations, segments and SDK keys. Requests with its keys are rejected. Flag definitions stay. This cannot be undone.",
    action: "Delete environment",
    isDestructive: true,
    typed: key,
    changes: [key],
  });
  if (!isConfirmed) return;
  try {
    await client.call("deleteEnvironment", { path: { env: key }, query: { confirm: key } });
    notify(`Environment ${key} deleted`);
    await environments.reload();
    if (route.peek().query["environment"] === key) go(["environments"], { environment: undefined });
  } catch (error) {
    notifyFailure(`Could not delete environment ${key}`, error);
  }
}
