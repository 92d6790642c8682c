import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Client } from "../../../sdk/client/client.ts";
import type { Overrides } from "../../../sdk/client/contract.ts";
import { environments, isProtected } from "../state/environments.ts";
import { notifyFailure } from "../state/notices.ts";
import { client, isReadOnly } from "../state/session.ts";
import { copyText } from "./copy-text.ts";
import { DialogForm } from "./dialog-form.tsx";
import { Dialog } from "./dialog.tsx";
import { Select } from "./fields/select.tsx";
import { TextInput } from "./fields/text-input.tsx";
import { Time } from "./time.tsx";

const LIFETIMES = [
  [String(3600), "1 hour"],
  [String(8 * 3600), "8 hours"],
  [String(86_400), "1 day"],
  [String(7 * 86_400), "7 days"],
] as const;

interface Shared {
  environment: string;
  flagKey: string;
  variants: readonly string[];
}

/** A button that creates an override link for one flag: anyone who opens the link gets the chosen variant. */
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
    <Dialog title={`Share a variant of ${shared.flagKey}`} environments={[environment]} onClose={onClose}>
      {!isAllowed ? (
        <AllowForm environment={environment} onClose={onClose} />
      ) : signed === undefined ? (
        <SignForm {...shared} onClose={onClose} onSigned={(overrides, page) => setSigned({ overrides, page })} />
      ) : (
        <Signed {...signed} onClose={onClose} />
      )}
    </Dialog>
  );
}

function AllowForm({ environment, onClose }: { environment: string; onClose: () => void }): JSX.Element {
  const allow = async (changeClient: Client): Promise<void> => {
    try {
      await changeClient.call("updateEnvironment", { path: { env: environment }, body: { overridesAllowed: true } });
      await environments.reload();
    } catch (error) {
      notifyFailure(`Could not allow override links in ${environment}`, error);
    }
  };
  return (
    <DialogForm
      action={`Allow override links in ${environment}`}
      typed={isProtected(environment) ? environment : undefined}
      onSubmit={allow}
      onClose={onClose}
    >
      <p>
        Override links are not allowed in {environment}. If you allow them, anyone with a signed link gets the variant
        in it until it expires. Everyone else gets what the rules say.
      </p>
    </DialogForm>
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
  const sign = async (): Promise<void> => {
    const body = { flags: { [flagKey]: variant }, expiresInSeconds: seconds };
    try {
      onSigned((await client.call("createOverrides", { path: { env: environment }, body })).body, page);
    } catch (error) {
      notifyFailure(`Could not create an override link for ${flagKey}`, error);
    }
  };
  return (
    <DialogForm action="Create link" onSubmit={sign} onClose={onClose}>
      <Select
        label="Variant"
        value={variant}
        options={variants.map((name) => [name, name])}
        onChange={setVariant}
        pointer="/flags"
      />
      <Select
        label="Valid for"
        value={String(seconds)}
        options={LIFETIMES}
        onChange={(value) => setSeconds(Number(value))}
        pointer="/expiresInSeconds"
      />
      <TextInput
        label="Page in your app"
        type="url"
        value={page}
        onChange={setPage}
        pointer="/-"
        placeholder="https://staging.example.com/cart"
        hint="Leave it empty if you need only the header."
      />
    </DialogForm>
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
  const served = Object.entries(flags).map(([flag, variant]) => `${variant} for ${flag}`);
  return (
    <div class="stack">
      <p>
        Anyone who uses it gets {served.join(", ")}. It expires <Time at={expiresAt} />. Burgee does not store it, so
        you can end it sooner only by disabling all override links in {overrides.environment}.
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
