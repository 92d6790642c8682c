/** How high the rows of long lists are, which this browser remembers. */
import { effect, signal } from "@preact/signals";
import { browserStorage } from "./storage.ts";

const STORED = "burgee.density";

export const isCompact = signal(browserStorage.getItem(STORED) === "compact");

effect(() => {
  document.documentElement.dataset["density"] = isCompact.value ? "compact" : "";
  if (isCompact.value) browserStorage.setItem(STORED, "compact");
  else browserStorage.removeItem(STORED);
});
