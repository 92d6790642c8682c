/** The light or dark theme. It follows the system until the person chooses one, which this browser remembers. */
import { effect, signal } from "@preact/signals";
import { browserStorage } from "./storage.ts";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const STORED = "burgee.theme";

export const theme = signal<Theme>(THEMES.find((name) => name === browserStorage.getItem(STORED)) ?? "system");

effect(() => {
  document.documentElement.dataset["theme"] = theme.value;
  if (theme.value === "system") browserStorage.removeItem(STORED);
  else browserStorage.setItem(STORED, theme.value);
});

/** system → light → dark → system */
export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? "system";
}
