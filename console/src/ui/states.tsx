import type { ComponentChildren, JSX } from "preact";
import type { Resource } from "../state/resource.ts";
import { sentenceOf } from "../state/notices.ts";

/** A resource on the page: a skeleton while it loads, an error with Try again, or its data. */
export function Loaded<T>({
  of,
  skeleton = <Skeleton />,
  children,
}: {
  of: Resource<T>;
  /** Has the place of the data while it loads. */
  skeleton?: JSX.Element;
  children: (data: T) => ComponentChildren;
}): JSX.Element {
  const data = of.data.value;
  const error = of.error.value;
  if (data === undefined && error === undefined) return skeleton;
  return (
    <>
      {error !== undefined && (
        <div class="banner failed" role="alert">
          <p>{sentenceOf(error)}</p>
          <button type="button" onClick={() => void of.reload()}>
            Try again
          </button>
        </div>
      )}
      {data !== undefined && children(data)}
    </>
  );
}

export function Skeleton({ rows = 3, of = "" }: { rows?: number; of?: string }): JSX.Element {
  return (
    <div class={`skeleton ${of}`} role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, i) => (
        <span key={i} />
      ))}
    </div>
  );
}

/** The message about a failed action, beside the action. */
export function Failure({ text }: { text: string | undefined }): JSX.Element | null {
  if (text === undefined) return null;
  return (
    <p class="banner failed" role="alert" tabIndex={-1}>
      {text}
    </p>
  );
}

/** The message of a page or list that has nothing to show. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }): JSX.Element {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
