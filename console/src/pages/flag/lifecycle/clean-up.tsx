import type { JSX } from "preact";
import { ApiError } from "../../../../../sdk/client/client.ts";
import type { FlagLifecycle } from "../../../../../sdk/client/contract.ts";
import type { Editing } from "../../../state/flags/flag-editing.ts";
import { notify, notifyFailure } from "../../../state/notices.ts";
import { useResource } from "../../../state/resource.ts";
import { go } from "../../../state/route.ts";
import { client, isReadOnly } from "../../../state/session.ts";
import { confirm } from "../../../ui/confirm.tsx";

/** Says whether the flag can be removed, and archives it everywhere or deletes it from this environment. */
export function CleanUp({ editing }: { editing: Editing }): JSX.Element | null {
  const stored = editing.stored.value;
  const { environment } = editing;
  const key = stored?.key ?? "";
  const lifecycle = useResource(() => readLifecycle(key), [key]);
  if (stored === undefined) return null;
  const leave = async (done: string, failed: string, write: () => Promise<unknown>): Promise<void> => {
    try {
      await write();
      notify(done);
      editing.discard();
      go(["flags"]);
    } catch (error) {
      notifyFailure(failed, error);
    }
  };
  const archive = async (): Promise<void> => {
    const warnings = (await readLifecycle(key))?.warnings;
    const detail =
      "In every environment, applications then use the default in their code. The key stays reserved, and all configurations are kept: you can restore the flag as it is now.";
    const title = `Archive ${key}?`;
    if (
      !(await confirm({
        title,
        detail,
        warnings,
        action: "Archive flag",
        isDestructive: true,
        typed: key,
        changes: [],
      }))
    )
      return;
    await leave(`${key} archived`, `Could not archive ${key}`, () => client.call("archiveFlag", { path: { key } }));
  };
  const remove = async (): Promise<void> => {
    const warnings = (await readLifecycle(key, environment))?.warnings;
    const title = `Delete ${key} from ${environment}?`;
    const detail =
      "Applications then use the default in their code. If no other environment has the flag, its definition is deleted too. You can restore both from the audit log.";
    const changes = [environment];
    if (!(await confirm({ title, detail, warnings, action: "Delete flag", isDestructive: true, typed: key, changes })))
      return;
    const headers = stored.version === undefined ? {} : { "If-Match": `"${stored.version}"` };
    await leave(`${key} deleted from ${environment}`, `Could not delete ${key}`, () =>
      client.call("deleteFlag", { path: { env: environment, key }, headers }),
    );
  };
  return (
    <section class="card stack" aria-labelledby="clean-up">
      <h2 id="clean-up">Clean up</h2>
      {lifecycle.data.value != null && <Facts known={lifecycle.data.value} />}
      {!isReadOnly.value && (
        <div class="choice">
          <button type="button" onClick={() => void archive()}>
            Archive…
          </button>
          <button type="button" class="danger" onClick={() => void remove()}>
            Delete from {environment}…
          </button>
        </div>
      )}
    </section>
  );
}

function Facts({ known: { state, isExpired, expiresAt, references } }: { known: FlagLifecycle }): JSX.Element {
  return (
    <>
      <p>
        <span class="tag">{state.name.replace("-", " ")}</span> {state.reason}
        {isExpired && ` · due for removal since ${expiresAt?.slice(0, 10)}`}
      </p>
      {references.length > 0 && (
        <ul class="hint" aria-label="References in code">
          {references.map(({ repository, count, commit, scannedAt }) => (
            <li key={repository}>
              {repository} names it {count === 1 ? "once" : `${count} times`} (commit {commit.slice(0, 12)}, scanned on{" "}
              {scannedAt.slice(0, 10)})
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** Returns `null` if the token may not see other environments, or the worker is older. */
async function readLifecycle(key: string, environment?: string): Promise<FlagLifecycle | null> {
  if (key === "") return null;
  try {
    const query = environment === undefined ? {} : { environment };
    return (await client.call("getLifecycle", { path: { key }, query })).body;
  } catch (error) {
    if (error instanceof ApiError && [403, 404].includes(error.status)) return null;
    throw error;
  }
}
