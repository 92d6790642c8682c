import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ApiError } from "../../../../sdk/client/client.ts";
import type { AdminToken, AdminTokenCreated } from "../../../../sdk/client/contract.ts";
import { notify, notifyFailure } from "../../state/notices.ts";
import { type Resource, useResource } from "../../state/resource.ts";
import { isReadOnly, tokenId } from "../../state/session.ts";
import { askReview } from "../../ui/review/review.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { CreateToken, NewToken, RotateToken } from "./dialogs.tsx";
import { isLive, nameOf, readTokens, type Tokens } from "./read-tokens.ts";
import { TokenTable } from "./token-table.tsx";

/** Why the session's token may not see the tokens. */
interface Refused {
  reason: string;
}

/** The admin tokens of the project. Only a token for all environments may see them. */
export function TokensPage(): JSX.Element {
  const [isCreating, setIsCreating] = useState(false);
  const [rotated, setRotated] = useState<AdminToken | undefined>(undefined);
  const [created, setCreated] = useState<AdminTokenCreated | undefined>(undefined);
  const tokens = useResource<Tokens | Refused>(readOrReason, []);
  const isRefused = tokens.data.value !== undefined && "reason" in tokens.data.value;
  const onCreated = (one: AdminTokenCreated): void => {
    setIsCreating(false);
    setRotated(undefined);
    setCreated(one);
    void tokens.reload();
  };
  return (
    <>
      <header class="page">
        <h1>Admin tokens</h1>
        <button
          type="button"
          class="primary"
          hidden={isReadOnly.value || isRefused}
          onClick={() => setIsCreating(true)}
        >
          New token
        </button>
      </header>
      <p class="hint">
        People, pipelines and scripts manage this project with admin tokens. Applications evaluate flags with SDK keys.
      </p>
      <Loaded of={tokens}>
        {(found) =>
          "reason" in found ? (
            <Empty title="You cannot see the tokens of this project">
              <p>{found.reason} Sign in with a token for all environments to see and manage the tokens.</p>
            </Empty>
          ) : (
            <Lists tokens={found} onRotate={setRotated} onRevoke={(token) => void revoke(token, tokens)} />
          )
        }
      </Loaded>
      {isCreating && <CreateToken onClose={() => setIsCreating(false)} onCreated={onCreated} />}
      {rotated !== undefined && (
        <RotateToken token={rotated} onClose={() => setRotated(undefined)} onCreated={onCreated} />
      )}
      {created !== undefined && <NewToken created={created} onClose={() => setCreated(undefined)} />}
    </>
  );
}

async function readOrReason(): Promise<Tokens | Refused> {
  try {
    return await readTokens();
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
    return { reason: `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.` };
  }
}

interface ListsProps {
  tokens: Tokens;
  onRotate: (token: AdminToken) => void;
  onRevoke: (token: AdminToken) => void;
}

/** The tokens that work, and behind a fold those that no longer do. */
function Lists({ tokens: { all, authors }, onRotate, onRevoke }: ListsProps): JSX.Element {
  const now = Date.now();
  const live = all.filter((token) => isLive(token, now));
  const ended = all.filter((token) => !isLive(token, now));
  const actions = { authors, onRotate, onRevoke };
  return (
    <>
      <TokenTable tokens={live} {...actions} />
      {ended.length > 0 && (
        <details class="folded">
          <summary>
            {ended.length === 1 ? "1 token" : `${ended.length} tokens`} that {ended.length === 1 ? "is" : "are"} revoked
            or expired
          </summary>
          <TokenTable tokens={ended} {...actions} />
        </details>
      )}
    </>
  );
}

async function revoke(token: AdminToken, tokens: Resource<Tokens | Refused>): Promise<void> {
  const name = nameOf(token);
  const isOwn = token.id === tokenId.peek();
  const changeClient = await askReview({
    title: `Revoke ${name}?`,
    detail: "Everything that uses this token is refused within ten seconds. This cannot be undone.",
    warnings: isOwn ? ["You are signed in with this token, so you have to sign in again."] : [],
    action: "Revoke",
    isDestructive: true,
    typed: name,
    environments: [],
  });
  if (changeClient === undefined) return;
  try {
    await changeClient.call("revokeToken", { path: { id: token.id } });
    notify(`Admin token ${name} revoked. This cannot be undone`);
    await tokens.reload();
  } catch (error) {
    notifyFailure(`Could not revoke admin token ${name}`, error);
  }
}
