/** How high the rows of long lists are, which this browser remembers. */
import { effect, signal } from "@preact/signals";

const STORED = "burgee.density";

export const isCompact = signal(localStorage.getItem(STORED) === "compact");

effect(() => {
  document.documentElement.dataset["density"] = isCompact.value ? "compact" : "";
  if (isCompact.value) localStorage.setItem(STORED, "compact");
  else localStorage.removeItem(STORED);
});
