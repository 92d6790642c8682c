import type { JSX } from "preact";
import { useId, useMemo, useState } from "preact/hooks";
import type { Flag } from "../../../../sdk/client/contract.ts";
import { useCatalogue } from "../../state/catalogue.ts";
import { createEditing } from "../../state/flags/flag-editing.ts";
import { readLifecycle } from "../../state/flags/lifecycle.ts";
import { useResource } from "../../state/resource.ts";
import { useKeptFlag } from "../../state/flags/use-kept-flag.ts";
import { NameLists } from "../../ui/condition/name-lists.tsx";
import { fieldsWithInvalidText, useInvalidText } from "../../ui/fields/invalid-text.ts";
import { isReadOnly } from "../../state/session.ts";
import { useShortcut } from "../../state/shortcuts.ts";
import { Problems } from "../../ui/fields/problems.tsx";
import { lazy } from "../../ui/lazy.tsx";
import { Tabs } from "../../ui/kit/tabs.tsx";
import { VariantNames } from "../../ui/plots/variant-colour.ts";
import { CreatedNotice } from "../new-flag/created-notice.tsx";
import { TurnOn } from "../new-flag/turn-on.tsx";
import { DefinitionSection } from "./definition.tsx";
import { Fields, tabMark } from "./editing-tabs.tsx";
import { FlagHead } from "./head/head.tsx";
import { CleanUp } from "./lifecycle/clean-up.tsx";
import { PrerequisitesSection } from "./prerequisites/prerequisites.tsx";
import { Review } from "./review.tsx";
import { SaveBar } from "./save-bar.tsx";
import type { SectionProps } from "./section-props.ts";
import { TABS, tabOfElement, type TabId } from "./tabs.ts";
import { TargetingSection } from "./targeting.tsx";
import { useReview } from "./use-review.ts";
import { ValuesSection } from "./value-fields.tsx";
import { VariantsSection } from "./variants/variants.tsx";

/** The editor of a flag. All tabs share one draft. Nothing is saved before the person has reviewed it. */
export function Editor({
  environment,
  flag,
  onCreated,
  onGone,
}: {
  environment: string;
  /** `undefined` for a new flag. */
  flag: Flag | undefined;
  onCreated?: (flag: Flag) => void;
  /** Called if the environment does not have the flag any more. */
  onGone?: () => void;
}): JSX.Element {
  const editing = useMemo(() => createEditing(environment, flag), [environment, flag]);
  const catalogue = useCatalogue(environment);
  const invalidText = useInvalidText<HTMLDivElement>();
  const id = useId();
  const lists = { attributes: `${id}-attributes`, flags: `${id}-flags` };
  const stored = editing.stored.value;
  const lifecycle = useResource(() => readLifecycle(stored?.key ?? ""), [stored?.key, stored?.version]);

  useKeptFlag(editing, onGone);
  const reviewing = useReview(editing, catalogue.flags, invalidText, onCreated);
  const { isReviewing, problems, review, save, stop, focusProblem } = reviewing;
  const [isTrying, setIsTrying] = useState(false);
  useShortcut("Ctrl-S", "Review and save", () => void review(), !isReadOnly.value);
  const parts = { editing, catalogue, lists, onSubmit: () => void review() };
  const invalid = invalidText.isInvalid ? fieldsWithInvalidText(invalidText.form.current).map(tabOfElement) : [];

  return (
    <Problems.Provider value={problems}>
      <VariantNames.Provider value={editing.draft.value.variants.map(({ item }) => item.name)}>
        <FlagHead editing={editing} lifecycle={lifecycle.data.value} />
        {stored !== undefined && <CreatedNotice flagKey={stored.key} />}
        <TurnOn editing={editing} catalogue={catalogue} onReview={() => void review()} />
        <NameLists ids={lists} flags={catalogue.flags} attributes={catalogue.attributes} />
        <div ref={invalidText.form} onInput={invalidText.onInput}>
          {stored === undefined ? (
            <NewFields {...parts} />
          ) : (
            <Tabs
              label={`Parts of ${stored.key}`}
              tabs={TABS.map((tab) => ({
                ...tab,
                mark: tabMark(editing, problems, tab.id, invalid),
                isKept: KEPT.has(tab.id),
                panel: () => panelOf(tab.id, { ...parts, stored, lifecycle: lifecycle.data.value }),
              }))}
            />
          )}
        </div>
        <form class="saving" onSubmit={(event) => (event.preventDefault(), void review())}>
          <SaveBar
            editing={editing}
            problems={problems}
            invalidText={invalidText}
            onFocusField={focusProblem}
            onTry={() => setIsTrying(true)}
          />
        </form>
        {isTrying && <TryDraft editing={editing} onClose={() => setIsTrying(false)} />}
        {isReviewing && <Review editing={editing} onSave={save} onClose={stop} />}
      </VariantNames.Provider>
    </Problems.Provider>
  );
}

const EnvironmentsSection = lazy(async () => (await import("./environments.tsx")).EnvironmentsSection);
const Insights = lazy(async () => (await import("./insights/insights.tsx")).Insights);
const TryDraft = lazy(async () => (await import("../try-it/draft.tsx")).DraftPanel);
const History = lazy(async () => (await import("./history/history.tsx")).History);
const UseIt = lazy(async () => (await import("./use-it/use-it.tsx")).UseIt);

/** The tabs with fields. They keep typed text that is not a value yet. */
const KEPT: ReadonlySet<TabId> = new Set(["targeting", "variants", "settings"]);

interface Parts extends SectionProps {
  onSubmit: () => void;
}

function NewFields({ editing, catalogue, lists, onSubmit }: Parts): JSX.Element {
  return (
    <Fields editing={editing} onSubmit={onSubmit}>
      <DefinitionSection editing={editing} isNew />
      <TargetingSection editing={editing} catalogue={catalogue} lists={lists} />
      <VariantsSection editing={editing} />
      <PrerequisitesSection editing={editing} catalogue={catalogue} lists={lists} />
    </Fields>
  );
}

function panelOf(
  tab: TabId,
  { stored, lifecycle, ...parts }: Parts & { stored: Flag; lifecycle: Parameters<typeof CleanUp>[0]["lifecycle"] },
): JSX.Element {
  const { editing, catalogue, lists, onSubmit } = parts;
  const fields = { editing, tab, onSubmit };
  if (tab === "targeting") {
    return (
      <Fields {...fields}>
        <TargetingSection editing={editing} catalogue={catalogue} lists={lists} />
        <PrerequisitesSection editing={editing} catalogue={catalogue} lists={lists} />
      </Fields>
    );
  }
  if (tab === "variants") {
    return (
      <Fields {...fields}>
        <VariantsSection editing={editing} />
        <ValuesSection editing={editing} />
      </Fields>
    );
  }
  if (tab === "insights") return <Insights environment={editing.environment} flag={stored} />;
  if (tab === "use") return <UseIt environment={editing.environment} flag={stored} />;
  if (tab === "history") return <History editing={editing} onReview={onSubmit} />;
  return (
    <>
      <Fields {...fields}>
        <DefinitionSection editing={editing} isNew={false} />
      </Fields>
      <EnvironmentsSection editing={editing} />
      <CleanUp editing={editing} lifecycle={lifecycle} />
    </>
  );
}
