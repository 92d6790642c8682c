/** The tabs of a flag's page, and the one that has each field. */
import { selectTab } from "../../ui/kit/tabs.tsx";
import { focusField } from "../../ui/fields/focus.ts";

export const TABS = [
  { id: "targeting", label: "Targeting" },
  { id: "variants", label: "Variants" },
  { id: "insights", label: "Insights" },
  { id: "history", label: "History" },
  { id: "use", label: "Use it" },
  { id: "settings", label: "Settings" },
] as const;

export type TabId = (typeof TABS)[number]["id"];

const TAB_OF_FIELD: Readonly<Record<string, TabId>> = {
  enabled: "targeting",
  rules: "targeting",
  default: "targeting",
  offVariant: "targeting",
  prerequisites: "targeting",
  variants: "variants",
  jsonSchema: "variants",
  fallback: "variants",
};

/** Returns the tab that has the field at a pointer. */
export function tabOfPointer(pointer: string): TabId {
  return TAB_OF_FIELD[pointer.split("/")[1] ?? ""] ?? "settings";
}

/** Shows the tab that has the field at a pointer, and focuses the field. */
export function focusFieldInTab(pointer: string): void {
  selectTab(TABS, tabOfPointer(pointer));
  // The tab is drawn before the next frame.
  requestAnimationFrame(() => focusField(pointer));
}

/** Returns the tab that a field is on. */
export function tabOfElement(field: HTMLElement): string | undefined {
  return field.closest<HTMLElement>("[data-tab]")?.dataset["tab"];
}
