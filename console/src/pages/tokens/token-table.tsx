import type { JSX } from "preact";
import type { AdminToken } from "../../../../sdk/client/contract.ts";
import { isReadOnly, tokenId } from "../../state/session.ts";
import * as icons from "../../ui/kit/icons.ts";
import { Menu } from "../../ui/kit/menu.tsx";
import { TableHead } from "../../ui/table-head.tsx";
import { Day, Time } from "../../ui/time.tsx";
import { isLive, nameOf } from "./read-tokens.ts";

interface TableProps {
  tokens: readonly AdminToken[];
  authors: ReadonlyMap<string, string>;
  onRotate: (token: AdminToken) => void;
  onRevoke: (token: AdminToken) => void;
}

const COLUMNS = ["Name", "Role", "Environments", "Expires", "Last used", "Created", "Actions"];

export function TokenTable({ tokens, ...actions }: TableProps): JSX.Element {
  return (
    <table class="list tokens">
      <TableHead columns={COLUMNS} isLastHidden />
      <tbody>
        {tokens.map((token) => (
          <TokenRow key={token.id} token={token} {...actions} />
        ))}
      </tbody>
    </table>
  );
}

function TokenRow({
  token,
  authors,
  onRotate,
  onRevoke,
}: Omit<TableProps, "tokens"> & { token: AdminToken }): JSX.Element {
  const { id, role, environments, expiresAt, lastUsedOn, createdAt, revokedAt } = token;
  const author = authors.get(id);
  const isEnded = !isLive(token, Date.now());
  return (
    <tr class={isEnded ? "off" : ""}>
      <td class="wide">
        {nameOf(token)} {id === tokenId.value && <span class="tag">You use this one</span>}
        <p class="hint">
          <code>{id}</code>
        </p>
      </td>
      <td data-label="Role">{role === "write" ? "Write" : "Read"}</td>
      <td data-label="Environments">{environments === null ? "All" : environments.join(", ")}</td>
      <td data-label="Expires">
        {revokedAt !== null ? (
          <>
            Revoked <Time at={revokedAt} />
          </>
        ) : expiresAt === null ? (
          "Never"
        ) : (
          <>
            {isEnded && "Expired "}
            <Time at={expiresAt} />
          </>
        )}
      </td>
      <td data-label="Last used">{lastUsedOn === null ? "Never" : <Day day={lastUsedOn} />}</td>
      <td data-label="Created">
        <Time at={createdAt} />
        {author !== undefined && <p class="hint">by {author}</p>}
      </td>
      <td class="row-menu">
        {!isEnded && (
          <Menu
            label={`Actions for ${nameOf(token)}`}
            isDisabled={isReadOnly.value}
            items={[
              { label: "Rotate", icon: icons.refresh, does: () => onRotate(token) },
              { label: "Revoke", icon: icons.remove, isDestructive: true, does: () => onRevoke(token) },
            ]}
          />
        )}
      </td>
    </tr>
  );
}
