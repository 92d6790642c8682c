import type { JSX } from "preact";
import { isOnline } from "../../state/online.ts";

/** Says that the browser has no network, above every page. */
export function OfflineBanner(): JSX.Element {
  return (
    <div role="status">
      {!isOnline.value && (
        <p class="banner failed offline">
          You are offline. You can edit, and your unsaved changes stay in this tab. The page loads again when you are
          back online.
        </p>
      )}
    </div>
  );
}
