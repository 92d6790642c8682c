import { Component, type JSX } from "preact";
import { isExpired } from "../../../../src/flags/lifecycle/flag-state.ts";
import { servedText } from "../../../../sdk/words/served.ts";
import { environmentColour } from "../../state/environments.ts";
import type { ListedFlag } from "../../state/flags/flag-filter.ts";
import { href } from "../../state/route.ts";
import { isReadOnly } from "../../state/session.ts";
import { utcDayText, wordingOf } from "../../state/wording.ts";
import { FavouriteButton } from "./favourite-button.tsx";
import { Switch } from "../../ui/switch.tsx";
import { Time } from "../../ui/time.tsx";
import { Sparkline } from "./sparkline.tsx";

/** An environment with a column of its own. */
export interface Column {
  key: string;
  name: string;
}

interface Props {
  flag: ListedFlag;
  /** The current environment. */
  environment: string;
  columns: readonly Column[];
  /** The number of environments, if not all of them have a column. */
  total: number | undefined;
  isMarked: boolean;
  isFavourite: boolean;
  /** `undefined` if there is nothing to select flags for. */
  isSelected: boolean | undefined;
  onSelect: (flag: ListedFlag, isRange: boolean) => void;
  onTag: (tag: string) => void;
  onToggle: (flag: ListedFlag, environment: string) => void;
}

/** A flag in the list, which is drawn again only if it changes: a search draws many rows at each key. */
export class FlagRow extends Component<Props> {
  override shouldComponentUpdate(next: Props): boolean {
    const { flag, environment, columns, isMarked, isFavourite, isSelected } = this.props;
    return (
      next.flag !== flag ||
      next.environment !== environment ||
      next.isMarked !== isMarked ||
      next.isFavourite !== isFavourite ||
      next.isSelected !== isSelected ||
      next.columns !== columns
    );
  }

  override render(props: Props): JSX.Element {
    return <Row {...props} />;
  }
}

/** A flag in the list. The whole row leads to its page. */
function Row({
  flag,
  environment,
  columns,
  total,
  isMarked,
  isFavourite,
  isSelected,
  onSelect,
  onTag,
  onToggle,
}: Props): JSX.Element {
  const served = servedText(flag, Date.now(), wordingOf(flag.key));
  const { lastEvaluatedAt = null } = flag;
  return (
    <tr class={[!flag.enabled && "off", isMarked && "changed-elsewhere"].filter(Boolean).join(" ")}>
      {isSelected !== undefined && <SelectCell flag={flag} isSelected={isSelected} onSelect={onSelect} />}
      <NameCell flag={flag} isFavourite={isFavourite} onTag={onTag} />
      {columns.map(({ key, name }) => (
        <td key={key} class="in-environment" data-label={name} data-environment={environmentColour(key)}>
          <InEnvironment
            flag={flag}
            environment={key}
            isCurrent={key === environment}
            onToggle={() => onToggle(flag, key)}
          />
        </td>
      ))}
      {total !== undefined && (
        <td data-label="On in">
          {Object.values(flag.enabledIn ?? {}).filter(Boolean).length} of {total}
        </td>
      )}
      <td data-label="Serves">
        <p class={served.later === undefined ? "line two" : "line"} title={served.now}>
          {served.now}
        </p>
        {served.later !== undefined && (
          <p class="line hint" title={served.later}>
            {served.later}
          </p>
        )}
      </td>
      <td class="evaluated" data-label="Last evaluated">
        <Sparkline environment={environment} flag={flag.key} />
        <p class="line hint">{lastEvaluatedAt === null ? "never" : <Time at={lastEvaluatedAt} isShort />}</p>
      </td>
      <td data-label="Last change">{flag.updatedAt !== undefined && <Time at={flag.updatedAt} isShort />}</td>
    </tr>
  );
}

function SelectCell({
  flag,
  isSelected,
  onSelect,
}: Pick<Props, "flag" | "onSelect"> & { isSelected: boolean }): JSX.Element {
  return (
    <td class="select">
      <label>
        <input
          type="checkbox"
          aria-label={`Select ${flag.key}`}
          checked={isSelected}
          onClick={(event) => onSelect(flag, event.shiftKey)}
        />
      </label>
    </td>
  );
}

function NameCell({ flag, isFavourite, onTag }: Pick<Props, "flag" | "isFavourite" | "onTag">): JSX.Element {
  const { tags = [], kind = "flag", description = "", owner } = flag;
  return (
    <td class="name">
      <div class="line with-tags">
        <a class="row-link" href={href(["flags", flag.key])} title={flag.key}>
          {flag.key}
        </a>
        {kind !== "flag" && <span class="kind">{kind}</span>}
        <span class="row-tags">
          {tags.slice(0, 1).map((tag) => (
            <button
              key={tag}
              type="button"
              class="tag"
              title={`Show the flags with the tag ${tag}`}
              onClick={() => onTag(tag)}
            >
              {tag}
            </button>
          ))}
          <MoreTags tags={tags.slice(1)} />
        </span>
      </div>
      <FavouriteButton flagKey={flag.key} isFavourite={isFavourite} />
      <p class="line hint" title={[owner, description].filter(Boolean).join(": ")}>
        <StateHint flag={flag} />
        {owner && (
          <span class="owner">
            <span class="visually-hidden">Owner: </span>
            {owner}
          </span>
        )}
        {description !== "" && <span>{description}</span>}
      </p>
    </td>
  );
}

/** The number of tags that the row has no room for, which names them. */
function MoreTags({ tags }: { tags: readonly string[] }): JSX.Element | null {
  if (tags.length === 0) return null;
  return (
    <span class="tag more" title={tags.join(", ")}>
      +{tags.length}
      <span class="visually-hidden"> more tags: {tags.join(", ")}</span>
    </span>
  );
}

function InEnvironment({
  flag,
  environment,
  isCurrent,
  onToggle,
}: {
  flag: ListedFlag;
  environment: string;
  isCurrent: boolean;
  onToggle: () => void;
}): JSX.Element {
  const isOn = isCurrent ? flag.enabled : flag.enabledIn?.[environment];
  if (isOn === undefined) {
    return (
      <span class="hint" title={`${environment} does not have this flag`}>
        –
      </span>
    );
  }
  const label = isCurrent ? `${flag.key} enabled` : `${flag.key} in ${environment}`;
  return <Switch label={label} isOn={isOn} isDisabled={isReadOnly.value} onToggle={onToggle} />;
}

/** The states in which a flag can probably be removed. */
const REMOVABLE: Readonly<Record<string, string>> = { "rolled-out": "Rolled out", unused: "Unused" };

function StateHint({ flag: { state, expiresAt = null } }: { flag: ListedFlag }): JSX.Element | null {
  const title = REMOVABLE[state?.name ?? ""];
  const isDue = isExpired({ expiresAt }, Date.now());
  if (title === undefined && !isDue) return null;
  return (
    <span class="removable" title="You can probably remove this flag from your code.">
      {isDue && `Expired on ${utcDayText(expiresAt ?? "")}`}
      {isDue && title !== undefined && " · "}
      {title !== undefined && `${title}: ${state?.reason}`}{" "}
    </span>
  );
}
