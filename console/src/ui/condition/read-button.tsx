import type { ComponentChildren, JSX } from "preact";

/** A button that changes nothing. It also works for a person who may only read, in a form that is disabled for them. */
export function ReadButton({ onPress, children }: { onPress: () => void; children: ComponentChildren }): JSX.Element {
  return (
    <a
      role="button"
      class="button small"
      tabIndex={0}
      onClick={onPress}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        // The space bar does not scroll the page.
        event.preventDefault();
        onPress();
      }}
    >
      {children}
    </a>
  );
}
