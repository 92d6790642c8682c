import { effect, signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { allPages } from "../../../../sdk/client/client.ts";
import type { KeyCreated } from "../../../../sdk/client/contract.ts";
import type { ListedFlag } from "../../state/flags/flag-filter.ts";
import { hideFirstSteps } from "../../state/first-steps/visibility.ts";
import { createdFlag } from "../../state/new-flag/create-everywhere.ts";
import { useResource } from "../../state/resource.ts";
import { href } from "../../state/route.ts";
import { client, isSignedIn } from "../../state/session.ts";
import { Icon } from "../../ui/kit/icon.tsx";
import * as icons from "../../ui/kit/icons.ts";
import { CreateKey, NewSecret } from "../keys/dialogs.tsx";
import { Code } from "./code.tsx";
import { useFirstEvaluation } from "./use-first-evaluation.ts";

/** The SDK key that was created here, with its secret. It is forgotten with the session. */
const createdKey = signal<{ environment: string; created: KeyCreated } | undefined>(undefined);
effect(() => {
  if (!isSignedIn.value) createdKey.value = undefined;
});

interface Props {
  environment: string | undefined;
  flags: readonly ListedFlag[];
}

/** The way from nothing to the first evaluation. Each step shows by itself when it is done. */
export function Checklist({ environment, flags }: Props): JSX.Element {
  const keys = useResource(async () => (environment === undefined ? [] : await readKeys(environment)), [environment]);
  const seen = useFirstEvaluation(environment);
  const flag = flags.find(({ key }) => key === createdFlag.value?.flag.key) ?? flags[0];
  const latest = createdKey.value;
  const created = latest?.environment === environment ? latest?.created : undefined;
  const key = created?.key ?? keys.data.value?.[0];
  const done = [environment !== undefined, flag !== undefined, key !== undefined, seen !== undefined];
  return (
    <section class="card stack first-steps" aria-labelledby="first-steps">
      <header class="heading">
        <h2 id="first-steps">First steps</h2>
        <span class="hint">{done.filter(Boolean).length} of 4 done</span>
        <button type="button" class="quiet small" onClick={hideFirstSteps}>
          {seen === undefined ? "Hide" : "Done, hide the steps"}
        </button>
      </header>
      <ol>
        <Step title="Create an environment" isDone={environment !== undefined}>
          {environment === undefined ? (
            <p class="hint">Such as production. Flags, segments and SDK keys belong to an environment.</p>
          ) : (
            <p class="hint">You are in {environment}.</p>
          )}
        </Step>
        <Step title="Create a flag" isDone={flag !== undefined}>
          {flag !== undefined ? (
            <a href={href(["flags", flag.key])}>{flag.key}</a>
          ) : (
            environment !== undefined && <a href={href(["flags", "new"])}>New flag: three questions</a>
          )}
        </Step>
        <Step title="Create an SDK key" isDone={key !== undefined}>
          {environment !== undefined && (
            <KeyStep environment={environment} name={key?.name || key?.id} onCreated={() => void keys.reload()} />
          )}
        </Step>
        <Step title="Copy the code, and run it" isDone={seen !== undefined}>
          {environment !== undefined && flag !== undefined && key !== undefined && (
            <Code environment={environment} flag={flag} kind={key.kind} secret={created?.token} />
          )}
          {environment !== undefined && <Light seen={seen} environment={environment} />}
        </Step>
      </ol>
    </section>
  );
}

async function readKeys(environment: string) {
  const path = { env: environment };
  const all = await allPages((cursor) => client.call("listKeys", { path, query: { limit: "200", cursor } }));
  return all.filter(({ revokedAt }) => revokedAt === null);
}

function Step({
  title,
  isDone,
  children,
}: {
  title: string;
  isDone: boolean;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <li class={isDone ? "done" : undefined}>
      <span class="mark">{isDone && <Icon of={icons.done} />}</span>
      <div class="stack">
        <strong>
          {title}
          <span class="visually-hidden">{isDone ? ": done" : ": not done yet"}</span>
        </strong>
        {children}
      </div>
    </li>
  );
}

function KeyStep({
  environment,
  name,
  onCreated,
}: {
  environment: string;
  name: string | undefined;
  onCreated: () => void;
}): JSX.Element {
  const [isCreating, setCreating] = useState(false);
  const [shown, setShown] = useState<KeyCreated | undefined>(undefined);
  return (
    <>
      <p class="hint">
        {name === undefined
          ? "A server key for servers, or a client key for browsers and apps."
          : `${environment} has the key ${name}.`}
      </p>
      <p>
        <button type="button" class="small" onClick={() => setCreating(true)}>
          {name === undefined ? "Create key" : "Create another key"}
        </button>
      </p>
      {isCreating && (
        <CreateKey
          environment={environment}
          onClose={() => setCreating(false)}
          onCreated={(created) => {
            setCreating(false);
            setShown(created);
            createdKey.value = { environment, created };
            onCreated();
          }}
        />
      )}
      {shown !== undefined && <NewSecret created={shown} onClose={() => setShown(undefined)} />}
    </>
  );
}

/** Turns green when the first evaluation has been counted. */
function Light({ seen, environment }: { seen: string | undefined; environment: string }): JSX.Element {
  return (
    <p class={seen === undefined ? "light" : "light on"} role="status">
      {seen === undefined ? `Waiting for the first evaluation in ${environment}…` : `Seen: ${seen}`}
    </p>
  );
}
