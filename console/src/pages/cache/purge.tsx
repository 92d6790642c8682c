import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { CachePurge, CachePurged } from "../../../../sdk/client/contract.ts";
import { moreText } from "../../../../sdk/words/names.ts";
import { isProtected } from "../../state/environments.ts";
import { notify, reasonOf } from "../../state/notices.ts";
import { client, isReadOnly } from "../../state/session.ts";
import { confirm } from "../../ui/confirm.tsx";
import { Select } from "../../ui/fields/select.tsx";
import { TextInput } from "../../ui/fields/text-input.tsx";
import { Failure } from "../../ui/states.tsx";

const FORMS = [
  ["flags", "Flags by key"],
  ["kind", "All flags of a kind"],
  ["pattern", "Flags that match a pattern"],
  ["all", "Everything"],
] as const;
type Form = (typeof FORMS)[number][0];

const KINDS = ["flag", "switch", "sample"] as const;
type Kind = (typeof KINDS)[number];

/** The fields of the form: the chosen target, and the input for each kind of target. */
interface Target {
  form: Form;
  keys: string;
  kind: Kind;
  pattern: string;
}

interface PurgePreview {
  body: CachePurge;
  would: CachePurged;
  /** The given keys that no flag of the environment has. */
  unknown: readonly string[];
  /** The given keys of flags that no cache holds. */
  uncached: readonly string[];
}

/** Deletes cached copies, after a preview. */
export function CachePurgeForm({ environment }: { environment: string }): JSX.Element {
  const [target, setTarget] = useState<Target>({ form: "flags", keys: "", kind: "flag", pattern: "" });
  const [preview, setPreview] = useState<PurgePreview | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const [isBusy, setIsBusy] = useState(false);
  const change = (patch: Partial<Target>): void => {
    setTarget({ ...target, ...patch });
    setPreview(undefined);
    setProblem(undefined);
  };
  const run = async (body: CachePurge, dryRun: boolean): Promise<CachePurged | undefined> => {
    setIsBusy(true);
    setProblem(undefined);
    try {
      const query = dryRun ? { dryRun: "true" } : {};
      return (await client.call("purgeCache", { path: { env: environment }, query, body })).body;
    } catch (error) {
      setProblem(reasonOf(error));
      return undefined;
    } finally {
      setIsBusy(false);
    }
  };
  const showPreview = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (isBusy) return;
    const body = bodyOf(target);
    const would = await run(body, true);
    if (would === undefined) return setPreview(undefined);
    const absent = "flags" in body ? body.flags.filter((key) => !would.flags.includes(key)) : [];
    try {
      setPreview({ body, would, ...(await readAbsent(environment, absent)) });
    } catch (error) {
      setProblem(reasonOf(error));
    }
  };
  const purge = async (body: CachePurge): Promise<void> => {
    if (!(await confirmPurge(environment, target.form === "all"))) return;
    const purged = await run(body, false);
    if (purged === undefined) return;
    setPreview(undefined);
    notify(`Purged: ${countText(purged)}. The caches fill again by themselves`);
  };
  return (
    <section class="card" aria-labelledby="purge">
      <h2 id="purge">Purge</h2>
      <p class="hint">
        Each write purges what it makes stale. Purge by hand only if you suspect that a cache is wrong.
      </p>
      <form class="stack" onSubmit={(event) => void showPreview(event)}>
        <TargetFields target={target} onChange={change} />
        <Failure text={problem} />
        {isReadOnly.value ? (
          <p class="hint">Your token is read-only, so you cannot purge.</p>
        ) : (
          <button type="submit" aria-disabled={isBusy}>
            Preview
          </button>
        )}
      </form>
      {preview !== undefined && (
        <Preview environment={environment} preview={preview} isBusy={isBusy} onPurge={() => void purge(preview.body)} />
      )}
    </section>
  );
}

function bodyOf({ form, keys, kind, pattern }: Target): CachePurge {
  switch (form) {
    case "flags":
      return { flags: keys.split(/[\s,]+/).filter(Boolean) };
    case "kind":
      return { kind };
    case "pattern":
      return { pattern: pattern.trim() };
    case "all":
      return { all: true };
  }
}

function confirmPurge(environment: string, isAll: boolean): Promise<boolean> {
  return confirm({
    title: isAll ? `Purge everything in ${environment}?` : `Purge these flags in ${environment}?`,
    detail: "No flag changes. The next requests load the purged copies from Redis or Postgres, which adds load there.",
    action: "Purge",
    ...(isProtected(environment) && isAll ? { typed: environment } : {}),
  });
}

function TargetFields({
  target: { form, keys, kind, pattern },
  onChange,
}: {
  target: Target;
  onChange: (patch: Partial<Target>) => void;
}): JSX.Element {
  return (
    <>
      <Select
        label="Target"
        value={form}
        options={FORMS}
        onChange={(name) => onChange({ form: name as Form })}
        pointer="/-"
      />
      {form === "flags" && (
        <TextInput
          label="Flag keys"
          value={keys}
          required
          placeholder="checkout-redesign, new-search"
          onChange={(text) => onChange({ keys: text })}
          pointer="/flags"
        />
      )}
      {form === "kind" && (
        <Select
          label="Kind"
          value={kind}
          options={KINDS.map((name) => [name, name])}
          onChange={(name) => onChange({ kind: name as Kind })}
          pointer="/kind"
        />
      )}
      {form === "pattern" && (
        <TextInput
          label="Pattern for flag keys"
          value={pattern}
          required
          placeholder="checkout-*"
          onChange={(text) => onChange({ pattern: text })}
          pointer="/pattern"
        />
      )}
    </>
  );
}

/** Tells the keys of flags that no cache holds from keys that do not exist. */
async function readAbsent(
  environment: string,
  keys: readonly string[],
): Promise<Pick<PurgePreview, "unknown" | "uncached">> {
  const path = { env: environment };
  const exists = await Promise.all(
    keys.map(async (key) => {
      // A search, because a request for a flag that does not exist is an error in the browser's log.
      const query = { search: key, limit: "200" };
      const { items } = (await client.call("listFlags", { path, query })).body;
      return items.some((flag) => flag.key === key);
    }),
  );
  return { unknown: keys.filter((_, i) => !exists[i]), uncached: keys.filter((_, i) => exists[i]) };
}

function Preview({
  environment,
  preview: { would, unknown, uncached },
  isBusy,
  onPurge,
}: {
  environment: string;
  preview: PurgePreview;
  isBusy: boolean;
  onPurge: () => void;
}): JSX.Element {
  const { flags } = would;
  return (
    <div class="preview" role="status">
      <p>
        <strong>Would delete: {countText(would)}</strong>
      </p>
      {unknown.length > 0 && (
        <p class="warnings">
          {environment} has no flag with {unknown.length === 1 ? "the key" : "the keys"} {unknown.join(", ")}.
        </p>
      )}
      {uncached.length > 0 && <p class="hint">Not cached: {uncached.join(", ")}.</p>}
      {flags.length > 0 && (
        <ul class="keys" aria-label="Flags that would be purged" tabIndex={0}>
          {flags.slice(0, 50).map((key) => (
            <li key={key}>
              <code>{key}</code>
            </li>
          ))}
          {flags.length > 50 && <li class="hint">and {moreText(flags.length - 50)}</li>}
        </ul>
      )}
      <p class="hint">
        A purge clears the memory of the isolate that handles it. Other isolates keep their copies until a change names
        the flag or the copy expires.
        {flags.length === 0 && " Data centres may still have cached responses. The purge removes those too."}
      </p>
      <button type="button" class="danger" aria-disabled={isBusy} onClick={() => !isBusy && onPurge()}>
        Purge
      </button>
    </div>
  );
}

function countText({ flags, deleted, edge }: CachePurged): string {
  const parts = [`${deleted.l1} in memory`, ...(deleted.l2 === null ? [] : [`${deleted.l2} in Redis`])];
  const dataCentres = edge === null ? "" : edge ? ", data centres purged" : ", data centres NOT purged";
  return `${flags.length === 1 ? "1 flag" : `${flags.length} flags`} (${parts.join(", ")}${dataCentres})`;
}
