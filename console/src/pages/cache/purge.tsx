import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { CachePurge, CachePurged } from "../../../../sdk/client/contract.ts";
import { isProtected } from "../../state/environments.ts";
import { notify, reasonOf } from "../../state/notices.ts";
import { client, isReadOnly } from "../../state/session.ts";
import { confirm } from "../../ui/confirm.tsx";

const FORMS = { flags: "Flags", kind: "A kind", pattern: "A pattern", all: "Everything" } as const;
type Form = keyof typeof FORMS;
type Kind = Extract<CachePurge, { kind: unknown }>["kind"];

/** Deletes cached copies, after it has shown which. */
export function CachePurgeForm({ environment }: { environment: string }): JSX.Element {
  const [form, setForm] = useState<Form>("flags");
  const [keys, setKeys] = useState("");
  const [kind, setKind] = useState<Kind>("flag");
  const [pattern, setPattern] = useState("");
  const [preview, setPreview] = useState<{ target: CachePurge; would: CachePurged } | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const [isBusy, setIsBusy] = useState(false);
  const change = (set: () => void): void => {
    set();
    setPreview(undefined);
    setProblem(undefined);
  };
  const target: CachePurge = {
    flags: { flags: keys.split(/[\s,]+/).filter(Boolean) },
    kind: { kind },
    pattern: { pattern: pattern.trim() },
    all: { all: true as const },
  }[form];
  const run = async (body: CachePurge, dryRun: boolean): Promise<CachePurged | undefined> => {
    setIsBusy(true);
    setProblem(undefined);
    try {
      const query = dryRun ? { dryRun: "true" } : {};
      return (await client.call("purgeCache", { path: { env: environment }, query, body })).answer;
    } catch (error) {
      setProblem(reasonOf(error));
      return undefined;
    } finally {
      setIsBusy(false);
    }
  };
  const look = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const would = await run(target, true);
    setPreview(would && { target, would });
  };
  const purge = async (previewed: CachePurge): Promise<void> => {
    const isSure = await confirm({
      title: `Purge ${form === "all" ? "everything" : "these copies"} of ${environment}?`,
      detail: "No flag changes. Whoever asks next waits for Redis or Postgres, so that many copies at once cost load.",
      action: "Purge",
      ...(isProtected(environment) && form === "all" ? { typed: environment } : {}),
    });
    if (!isSure) return;
    const done = await run(previewed, false);
    if (done === undefined) return;
    setPreview(undefined);
    notify(`Purged: ${countText(done)}`);
  };
  return (
    <section class="card" aria-labelledby="purge">
      <h2 id="purge">Purge</h2>
      <p class="hint">
        Writes purge what they make stale by themselves. This is for when the caches are suspected of being wrong.
      </p>
      <form class="stack" onSubmit={(event) => void look(event)}>
        <label class="field">
          <span>What</span>
          <select value={form} onChange={(event) => change(() => setForm(event.currentTarget.value as Form))}>
            {Object.entries(FORMS).map(([name, title]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </label>
        {form === "flags" && (
          <label class="field">
            <span>Flag keys</span>
            <input
              value={keys}
              required
              placeholder="checkout-redesign, new-search"
              onInput={(event) => change(() => setKeys(event.currentTarget.value))}
            />
          </label>
        )}
        {form === "kind" && (
          <label class="field">
            <span>Kind</span>
            <select value={kind} onChange={(event) => change(() => setKind(event.currentTarget.value as Kind))}>
              <option>flag</option>
              <option>switch</option>
              <option>sample</option>
            </select>
          </label>
        )}
        {form === "pattern" && (
          <label class="field">
            <span>Pattern over flag keys</span>
            <input
              value={pattern}
              required
              placeholder="checkout-*"
              onInput={(event) => change(() => setPattern(event.currentTarget.value))}
            />
          </label>
        )}
        {problem !== undefined && (
          <p class="banner failed" role="alert">
            {problem}
          </p>
        )}
        {isReadOnly.value ? (
          <p class="hint">A read-only token cannot purge.</p>
        ) : (
          <button type="submit" disabled={isBusy}>
            Preview
          </button>
        )}
      </form>
      {preview !== undefined && (
        <Preview would={preview.would} isBusy={isBusy} onPurge={() => void purge(preview.target)} />
      )}
    </section>
  );
}

function Preview({
  would,
  isBusy,
  onPurge,
}: {
  would: CachePurged;
  isBusy: boolean;
  onPurge: () => void;
}): JSX.Element {
  const { flags } = would;
  return (
    <div class="preview" role="status">
      <p>
        <strong>Would delete: {countText(would)}</strong>
      </p>
      {flags.length > 0 && (
        <ul class="keys" aria-label="Flags that would be purged" tabIndex={0}>
          {flags.slice(0, 50).map((key) => (
            <li key={key}>
              <code>{key}</code>
            </li>
          ))}
          {flags.length > 50 && <li class="hint">and {flags.length - 50} more</li>}
        </ul>
      )}
      <p class="hint">
        The memory is that of the isolate that answers; others keep theirs until a change names it or its lifetime ends.
        {flags.length === 0 && " Data centres may still hold answers: purging takes those too."}
      </p>
      <button type="button" class="danger" disabled={isBusy} onClick={onPurge}>
        Purge
      </button>
    </div>
  );
}

function countText({ flags, deleted, edge }: CachePurged): string {
  const parts = [`${deleted.l1} in memory`, ...(deleted.l2 === null ? [] : [`${deleted.l2} in Redis`])];
  const data = edge === null ? "" : edge ? ", data centres purged" : ", data centres NOT purged";
  return `${flags.length === 1 ? "1 flag" : `${flags.length} flags`} (${parts.join(", ")}${data})`;
}
