import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { isCompact } from "../../state/density.ts";
import {
  type FlagFilter,
  NO_FILTER,
  queryOfFilter,
  type Sort,
  SORTS,
  STATES,
  USES,
} from "../../state/flags/flag-filter.ts";
import { removeView, savedViews, saveView } from "../../state/flags/kept/saved-views.ts";
import { href } from "../../state/route.ts";
import { FilterBar } from "../../ui/kit/filter-bar.tsx";
import { FormDialog } from "../../ui/dialog-form.tsx";
import * as icons from "../../ui/kit/icons.ts";
import { Menu } from "../../ui/kit/menu.tsx";

interface Props {
  filter: FlagFilter;
  /** All tags and owners in the environment. */
  tags: readonly string[];
  owners: readonly string[];
  onChange: (patch: Partial<FlagFilter>) => void;
}

type Named = readonly [value: string, title: string];

const LABELS = {
  owner: "Owner",
  tag: "Tag",
  state: "State",
  use: "Last evaluated",
  kind: "Kind",
  lifetime: "Lifetime",
  favourite: "Favourites",
} as const;
type Name = keyof typeof LABELS;

/** The search, the filters behind one button, a chip for each that is active, and the views that were saved. */
export function FlagFilters({ filter, tags, owners, onChange }: Props): JSX.Element {
  const choices: Record<Name, readonly Named[]> = {
    owner: plain(owners),
    tag: plain(tags),
    state: plain(STATES),
    use: Object.entries(USES),
    kind: plain(["flag", "switch", "sample"]),
    lifetime: plain(["temporary", "permanent", "expired"]),
    favourite: plain(["only"]),
  };
  const active = (Object.keys(LABELS) as Name[]).filter((name) => filter[name] !== "");
  return (
    <FilterBar
      panel={
        <>
          {(Object.keys(LABELS) as Name[]).map((name) => (
            <Choice
              key={name}
              label={LABELS[name]}
              value={filter[name]}
              values={choices[name]}
              onChange={(value) => onChange({ [name]: value })}
            />
          ))}
          <SortBy filter={filter} onChange={onChange} />
        </>
      }
      after={<ViewMenu filter={filter} />}
      active={active.map((name) => ({
        label: LABELS[name],
        title: choices[name].find(([value]) => value === filter[name])?.[1] ?? filter[name],
        onRemove: () => onChange({ [name]: "" }),
      }))}
      onClear={() => onChange({ ...NO_FILTER, search: filter.search })}
    >
      <input
        type="search"
        aria-label="Search flags"
        aria-keyshortcuts="/"
        placeholder="Search by key, description, owner or tag"
        value={filter.search}
        onInput={(event) => onChange({ search: event.currentTarget.value })}
      />
    </FilterBar>
  );
}

/** The saved views, and how the list looks. */
function ViewMenu({ filter }: { filter: FlagFilter }): JSX.Element {
  const [isNaming, setNaming] = useState(false);
  const [name, setName] = useState("");
  const id = useId();
  const views = savedViews.value;
  const query = queryOfFilter(filter);
  const isSavable = Object.values(query).some((value) => value !== undefined);
  const close = (): void => setNaming(false);
  return (
    <>
      <Menu
        label="Views of the list"
        text="View"
        items={[
          ...views.map((view) => ({ label: view.name, icon: icons.search, does: href(["flags"], view.query) })),
          {
            label: "Save this view…",
            icon: icons.add,
            isDisabled: !isSavable,
            hint: isSavable ? undefined : "Search or filter first",
            does: () => (setName(""), setNaming(true)),
          },
          {
            label: isCompact.value ? "Comfortable rows" : "Compact rows",
            icon: icons.settings,
            does: () => void (isCompact.value = !isCompact.peek()),
          },
          ...views.map((view) => ({
            label: `Remove view ${view.name}`,
            icon: icons.remove,
            isDestructive: true,
            does: () => removeView(view.name),
          })),
        ]}
      />
      {isNaming && (
        <FormDialog
          title="Save this view"
          action="Save view"
          isReady={name.trim() !== ""}
          onSubmit={() => (saveView(name, query), close())}
          onClose={close}
        >
          <p class="hint">This browser keeps the search, the filters and the order. To share them, send the address.</p>
          <label class="field" for={id}>
            <span>Name</span>
            <input id={id} value={name} maxLength={60} onInput={(event) => setName(event.currentTarget.value)} />
          </label>
        </FormDialog>
      )}
    </>
  );
}

function SortBy({ filter, onChange }: Pick<Props, "filter" | "onChange">): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>Sort by</label>
      <select
        id={id}
        value={filter.sort}
        onChange={(event) => onChange({ sort: event.currentTarget.value as Sort, reversed: false })}
      >
        {Object.entries(SORTS).map(([name, title]) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
    </div>
  );
}

function plain(values: readonly string[]): Named[] {
  return values.map((value) => [value, value]);
}

function Choice({
  label,
  value,
  values,
  onChange,
}: {
  label: string;
  value: string;
  values: readonly Named[];
  onChange: (value: string) => void;
}): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">All</option>
        {values.map(([one, title]) => (
          <option key={one} value={one}>
            {title}
          </option>
        ))}
      </select>
    </div>
  );
}
