import type { ComponentChildren, JSX } from "preact";
import type { Resource } from "../state/resource.ts";
import { reasonOf } from "../state/notices.ts";

/** Shows a resource: its skeleton, its error with a way to try again, or what `children` makes of it. */
export function Loaded<T>({
  of,
  children,
}: {
  of: Resource<T>;
  children: (data: T) => ComponentChildren;
}): JSX.Element {
  const data = of.data.value;
  const error = of.error.value;
  if (data === undefined && error === undefined) {
    return (
      <div class="skeleton" role="status" aria-label="Loading">
        <span />
        <span />
        <span />
      </div>
    );
  }
  return (
    <>
      {error !== undefined && (
        <div class="banner failed" role="alert">
          <p>{reasonOf(error)}</p>
          <button type="button" onClick={() => void of.reload()}>
            Try again
          </button>
        </div>
      )}
      {data !== undefined && children(data)}
    </>
  );
}

/** What stands where there is nothing yet. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }): JSX.Element {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
