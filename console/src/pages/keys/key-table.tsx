import type { JSX } from "preact";
import type { Key } from "../../../../sdk/client/contract.ts";
import { isReadOnly } from "../../state/session.ts";
import * as icons from "../../ui/kit/icons.ts";
import { Menu } from "../../ui/kit/menu.tsx";
import { TableHead } from "../../ui/table-head.tsx";
import { Time } from "../../ui/time.tsx";
import { replacedKeys, rotationText } from "./rotation.ts";

interface TablesProps {
  keys: readonly Key[];
  onEdit: (key: Key) => void;
  onRotate: (key: Key) => void;
  onRevoke: (key: Key) => void;
}

/** The keys that work, and behind a fold those that are revoked. */
export function KeyTables({ keys, ...actions }: TablesProps): JSX.Element {
  const live = keys.filter(({ revokedAt }) => revokedAt === null);
  const revoked = keys.filter(({ revokedAt }) => revokedAt !== null);
  return (
    <>
      {live.length > 0 ? <KeyTable keys={live} {...actions} /> : <p class="hint">Every SDK key is revoked.</p>}
      {revoked.length > 0 && (
        <details class="folded">
          <summary>{revoked.length === 1 ? "1 revoked key" : `${revoked.length} revoked keys`}</summary>
          <KeyTable keys={revoked} {...actions} />
        </details>
      )}
    </>
  );
}

function KeyTable({ keys, ...actions }: TablesProps): JSX.Element {
  const replaced = replacedKeys(keys);
  return (
    <table class="list keys">
      <TableHead columns={["Kind", "Name", "Allowed origins", "Last used", "Created", "Actions"]} isLastHidden />
      <tbody>
        {keys.map((key) => (
          <KeyRow key={key.id} of={key} isReplaced={key.revokedAt === null && replaced.has(key.id)} {...actions} />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps extends Omit<TablesProps, "keys"> {
  of: Key;
  isReplaced: boolean;
}

function KeyRow({ of: key, isReplaced, onEdit, onRotate, onRevoke }: RowProps): JSX.Element {
  const { id, kind, name, origins, lastUsedAt, createdAt, revokedAt } = key;
  return (
    <tr class={revokedAt === null ? "" : "off"}>
      <td data-label="Kind">{kind}</td>
      <td>
        {name || "Unnamed"}
        <p class="hint">
          <code>{id}</code>
        </p>
        {isReplaced && <p class="hint">{rotationText(key, new Date().setHours(0, 0, 0, 0))}</p>}
      </td>
      <td data-label="Allowed origins">{kind === "server" ? "" : origins.join(", ") || "any"}</td>
      <td data-label="Last used">{lastUsedAt === null ? "Never" : <Time at={lastUsedAt} />}</td>
      <td data-label="Created">
        <Time at={createdAt} />
        {revokedAt !== null && (
          <p class="hint">
            Revoked <Time at={revokedAt} />
          </p>
        )}
      </td>
      <td class="row-menu">
        {revokedAt === null && (
          <Menu
            label={`Actions for ${name || id}`}
            isDisabled={isReadOnly.value}
            items={[
              { label: "Edit", icon: icons.edit, does: () => onEdit(key) },
              { label: "Rotate", icon: icons.refresh, does: () => onRotate(key) },
              { label: "Revoke", icon: icons.remove, isDestructive: true, does: () => onRevoke(key) },
            ]}
          />
        )}
      </td>
    </tr>
  );
}
