import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Overrides } from "../../../sdk/client/contract.ts";
import { environments, isProtected } from "../state/environments.ts";
import { notifyFailure } from "../state/notices.ts";
import { client, isReadOnly } from "../state/session.ts";
import { copyText } from "./copy-text.ts";
import { Dialog } from "./dialog.tsx";
import { Time } from "./time.tsx";
import { isTyped, TypedField } from "./typed-field.tsx";

const LIFETIMES: [text: string, seconds: number][] = [
  ["1 hour", 3600],
  ["8 hours", 8 * 3600],
  ["1 day", 86_400],
  ["7 days", 7 * 86_400],
];

interface Shared {
  environment: string;
  flagKey: string;
  variants: readonly string[];
}

/** A button that signs an override of one flag: a link with which whoever opens it gets another variant. */
export function ShareOverride(shared: Shared): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" disabled={isReadOnly.value} onClick={() => setOpen(true)}>
        Share a variant
      </button>
      {isOpen && <ShareDialog {...shared} onClose={() => setOpen(false)} />}
    </>
  );
}

function ShareDialog({ onClose, ...shared }: Shared & { onClose: () => void }): JSX.Element {
  const [signed, setSigned] = useState<{ overrides: Overrides; page: string }>();
  const { environment } = shared;
  const isAllowed = environments.data.value?.find(({ key }) => key === environment)?.overridesAllowed === true;
  return (
    <Dialog title={`Share a variant of ${shared.flagKey}`} onClose={onClose}>
      {!isAllowed ? (
        <Forbidden environment={environment} onClose={onClose} />
      ) : signed === undefined ? (
        <SignForm {...shared} onClose={onClose} onSigned={(overrides, page) => setSigned({ overrides, page })} />
      ) : (
        <Signed {...signed} onClose={onClose} />
      )}
    </Dialog>
  );
}

function Forbidden({ environment, onClose }: { environment: string; onClose: () => void }): JSX.Element {
  const [text, setText] = useState("");
  const typed = isProtected(environment) ? environment : undefined;
  const allow = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    try {
      await client.call("updateEnvironment", { path: { env: environment }, body: { overridesAllowed: true } });
      await environments.reload();
    } catch (error) {
      notifyFailure(`Overrides are not allowed in ${environment}`, error);
    }
  };
  return (
    <form class="stack" onSubmit={(event) => void allow(event)}>
      <p>
        {environment} does not allow overrides. Where they are allowed, whoever has a signed link gets the variant in it
        until it expires; everybody else gets what the rules say.
      </p>
      <TypedField typed={typed} text={text} onInput={setText} />
      <footer class="actions">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" class="primary" disabled={!isTyped(typed, text)}>
          Allow overrides in {environment}
        </button>
      </footer>
    </form>
  );
}

function SignForm({
  environment,
  flagKey,
  variants,
  onClose,
  onSigned,
}: Shared & { onClose: () => void; onSigned: (overrides: Overrides, page: string) => void }): JSX.Element {
  const [variant, setVariant] = useState(variants[0] ?? "");
  const [seconds, setSeconds] = useState(3600);
  const [page, setPage] = useState("");
  const sign = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const body = { flags: { [flagKey]: variant }, expiresInSeconds: seconds };
    try {
      onSigned((await client.call("createOverrides", { path: { env: environment }, body })).answer, page);
    } catch (error) {
      notifyFailure("The link was not signed", error);
    }
  };
  return (
    <form class="stack" onSubmit={(event) => void sign(event)}>
      <label class="field">
        <span>Variant</span>
        <select value={variant} onChange={(event) => setVariant(event.currentTarget.value)}>
          {variants.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>For</span>
        <select value={String(seconds)} onChange={(event) => setSeconds(Number(event.currentTarget.value))}>
          {LIFETIMES.map(([text, value]) => (
            <option key={value} value={String(value)}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>Page of your app</span>
        <input
          type="url"
          value={page}
          placeholder="https://staging.example.com/cart; empty: the token alone"
          onInput={(event) => setPage(event.currentTarget.value)}
        />
      </label>
      <footer class="actions">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" class="primary">
          Sign
        </button>
      </footer>
    </form>
  );
}

function Signed({
  overrides,
  page,
  onClose,
}: {
  overrides: Overrides;
  page: string;
  onClose: () => void;
}): JSX.Element {
  const { token, expiresAt, flags } = overrides;
  const texts: [name: string, text: string][] = [["Header", `X-Flags-Overrides: ${token}`]];
  if (page !== "") {
    const link = new URL(page);
    link.searchParams.set("burgee-overrides", token);
    texts.unshift(["Link", link.href]);
  }
  const served = Object.entries(flags).map(([flag, variant]) => `${flag} is ${variant}`);
  return (
    <div class="stack">
      <p>
        For whoever uses it, {served.join(", ")}. It expires <Time at={expiresAt} />, and is not kept: nothing ends it
        sooner but forbidding overrides in {overrides.environment}.
      </p>
      {texts.map(([name, text]) => (
        <div key={name} class="field">
          <span>{name}</span>
          <pre class="secret" aria-label={name}>
            {text}
          </pre>
          <button type="button" aria-label={`Copy the ${name.toLowerCase()}`} onClick={() => void copyText(text)}>
            Copy
          </button>
        </div>
      ))}
      <footer class="actions">
        <button type="button" class="primary" onClick={onClose}>
          Done
        </button>
      </footer>
    </div>
  );
}
