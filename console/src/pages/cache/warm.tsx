import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { environments } from "../../state/environments.ts";
import { reasonOf } from "../../state/notices.ts";
import { client, isReadOnly } from "../../state/session.ts";

interface Warmed {
  environment: string;
  isWarm: boolean;
  text: string;
}

/** Loads whole environments into the caches, one after the other. */
export function CacheWarming({ environment }: { environment: string }): JSX.Element {
  const [warmed, setWarmed] = useState<readonly Warmed[]>([]);
  const [total, setTotal] = useState(0);
  const all = (environments.data.value ?? []).map(({ key }) => key);
  const isBusy = warmed.length < total;
  const warm = async (keys: readonly string[]): Promise<void> => {
    if (isBusy) return;
    setTotal(keys.length);
    const done: Warmed[] = [];
    setWarmed(done);
    for (const key of keys) {
      done.push(await warmOne(key));
      setWarmed([...done]);
    }
  };
  return (
    <section class="card" aria-labelledby="warm">
      <h2 id="warm">Warm the caches</h2>
      <p class="hint">
        Loads every flag of an environment from Postgres into Redis, and into the memory of the isolate that handles the
        request. After a purge or a restore, the first requests then do not have to wait.
      </p>
      {isReadOnly.value ? (
        <p class="hint">Your token is read-only, so you cannot warm the caches.</p>
      ) : (
        <p class="row-actions">
          <button type="button" aria-disabled={isBusy} onClick={() => void warm([environment])}>
            Warm {environment}
          </button>
          {all.length > 1 && (
            <button type="button" aria-disabled={isBusy} onClick={() => void warm(all)}>
              Warm all {all.length} environments
            </button>
          )}
        </p>
      )}
      {total > 0 && (
        <div role="status">
          <progress aria-label="Environments warmed" max={total} value={warmed.length} />
          <p class="hint">
            {warmed.length} of {total}
          </p>
          <ul class="links">
            {warmed.map(({ environment: key, isWarm, text }) => (
              <li key={key} class={isWarm ? "" : "bad"}>
                {key}: {text}
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

async function warmOne(environment: string): Promise<Warmed> {
  try {
    const { body } = await client.call("warmCache", { path: { env: environment } });
    const { flags, l1, l2 } = body;
    const text = `${flags} flags, ${l1} in memory${l2 === null ? "" : `, ${l2} in Redis`}`;
    return { environment, isWarm: true, text };
  } catch (error) {
    return { environment, isWarm: false, text: reasonOf(error) };
  }
}
