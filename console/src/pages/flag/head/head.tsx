import type { JSX } from "preact";
import type { Flag, FlagLifecycle } from "../../../../../sdk/client/contract.ts";
import type { Editing } from "../../../state/flags/flag-editing.ts";
import { href } from "../../../state/route.ts";
import { isReadOnly } from "../../../state/session.ts";
import { favourites } from "../../../state/flags/kept/favourites.ts";
import { copyText } from "../../../ui/copy-text.ts";
import { FavouriteButton } from "../../flags/favourite-button.tsx";
import { Icon } from "../../../ui/kit/icon.tsx";
import * as icons from "../../../ui/kit/icons.ts";
import { ShareOverride } from "../../../ui/share-override.tsx";
import { Switch } from "../../../ui/switch.tsx";
import { Time } from "../../../ui/time.tsx";
import { ChangedElsewhere } from "./changed-elsewhere.tsx";
import { EnvironmentChips } from "./environment-chips.tsx";
import { LastEvaluated, LifeState } from "./life-state.tsx";

interface Props {
  editing: Editing;
  lifecycle: FlagLifecycle | null | undefined;
}

/** The head of a flag's page. Its first line stays in view: the key, the state everywhere, and the switch. */
export function FlagHead({ editing, lifecycle }: Props): JSX.Element {
  const stored = editing.stored.value;
  if (stored === undefined) {
    return (
      <header class="page">
        <h1>New flag in {editing.environment}</h1>
      </header>
    );
  }
  const { key, enabled } = stored;
  return (
    <>
      <header class="flag-head">
        <h1 title={key}>{key}</h1>
        <button
          type="button"
          class="quiet icon-button"
          aria-label="Copy the key"
          title="Copy the key"
          onClick={() => void copyText(key)}
        >
          <Icon of={icons.copy} />
        </button>
        <FavouriteButton flagKey={key} isFavourite={favourites.value.has(key)} />
        <EnvironmentChips editing={editing} stored={stored} />
        <div class="choice">
          <strong aria-hidden="true">{enabled ? "On" : "Off"}</strong>
          <Switch
            label={`${key} enabled`}
            isOn={enabled}
            isDisabled={isReadOnly.value}
            onToggle={() => void editing.toggle()}
          />
        </div>
      </header>
      <ChangedElsewhere editing={editing} stored={stored} />
      <Facts editing={editing} stored={stored} lifecycle={lifecycle} />
    </>
  );
}

function Facts({ editing: { environment }, stored, lifecycle }: Props & { stored: Flag }): JSX.Element {
  const { key, kind, type, description = "", variants } = stored;
  return (
    <div class="flag-facts">
      {description !== "" && <p>{description}</p>}
      <div class="facts">
        <LifeState known={lifecycle?.environments.find((one) => one.environment === environment)} />
        <LastEvaluated environment={environment} flagKey={key} />
        <span>
          {type} {kind} · version {stored.version}
        </span>
        {stored.updatedAt !== undefined && (
          <span>
            Changed <Time at={stored.updatedAt} />
          </span>
        )}
        <Owner stored={stored} />
        <span class="links">
          <a href={href(["try", key])}>Try it</a>
          <ShareOverride environment={environment} flagKey={key} variants={Object.keys(variants)} />
        </span>
      </div>
    </div>
  );
}

function Owner({ stored: { owner = "", tags = [] } }: { stored: Flag }): JSX.Element {
  return (
    <>
      {owner !== "" && (
        <span>
          <Icon of={icons.person} /> <span class="visually-hidden">Owner: </span>
          {owner}
        </span>
      )}
      {tags.length > 0 && (
        <span class="tags">
          <span class="visually-hidden">Tags: </span>
          {tags.map((tag) => (
            <a key={tag} class="tag" href={href(["flags"], { tag })}>
              {tag}
            </a>
          ))}
        </span>
      )}
    </>
  );
}
