import type { JSX } from "preact";
import type { Editing } from "../../state/flags/flag-editing.ts";
import { href } from "../../state/route.ts";
import { isReadOnly } from "../../state/session.ts";
import { ShareOverride } from "../../ui/share-override.tsx";
import { Switch } from "../../ui/switch.tsx";
import { Time } from "../../ui/time.tsx";

export function FlagHeader({ editing }: { editing: Editing }): JSX.Element {
  const stored = editing.stored.value;
  if (stored === undefined) {
    return (
      <header class="page">
        <h1>New flag in {editing.environment}</h1>
      </header>
    );
  }
  const { key, kind, type, variants, version, updatedAt, enabled } = stored;
  return (
    <header class="page flag">
      <div>
        <h1>{key}</h1>
        <p class="hint">
          {type} {kind} in {editing.environment} · version {version}
          {updatedAt !== undefined && (
            <>
              {" "}
              · <Time at={updatedAt} />
            </>
          )}{" "}
          · <a href={href(["try", key])}>Try it</a> · <a href={href(["audit"], { key })}>Audit log</a>
        </p>
      </div>
      <div class="choice">
        <ShareOverride environment={editing.environment} flagKey={key} variants={Object.keys(variants)} />
        <strong aria-hidden="true">{enabled ? "On" : "Off"}</strong>
        <Switch
          label={`${key} enabled`}
          isOn={enabled}
          isDisabled={isReadOnly.value}
          onToggle={() => void editing.toggle()}
        />
      </div>
    </header>
  );
}
