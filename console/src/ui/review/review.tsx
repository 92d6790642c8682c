import type { ComponentChildren, JSX } from "preact";
import type { Client } from "../../../../sdk/client/client.ts";
import { isProtected, typedWord } from "../../state/environments.ts";
import { createChangeClient } from "../../state/session.ts";
import { FormDialog } from "../dialog-form.tsx";
import { ReviewedChanges } from "../words/differences.tsx";
import { createPrompt } from "../prompt.ts";

interface ReviewProps {
  title: string;
  /** The consequences, in a sentence. */
  detail?: string | undefined;
  /** Reasons against the change. */
  warnings?: readonly string[] | undefined;
  /** The document before the change; `undefined` if it is new. */
  before?: object | undefined;
  /** The document after the change; `undefined` if there is nothing to compare. */
  after?: object | undefined;
  /** The environments that change. */
  environments: readonly string[];
  /** Whether a mistake harms people. Production then asks for the environment's key. Default: true. */
  isDangerous?: boolean;
  /** The text to type in every environment, for a change that destroys all of its contents. */
  typed?: string | undefined;
  /** Whether the change takes something away. Its button is red. */
  isDestructive?: boolean;
  action: string;
  /** More about the change, after both sides. */
  children?: ComponentChildren;
}

/** The review of one change: both sides in words, the reason, and the confirmation that the change needs. */
export function ReviewDialog({
  detail,
  warnings = [],
  before,
  after,
  environments,
  isDangerous = true,
  typed = isDangerous ? typedWord(environments) : undefined,
  plan,
  children,
  ...form
}: ReviewProps & {
  busyAction?: string;
  cancel?: string;
  /** The changes that `children` show; `undefined` while they are loading. */
  plan?: readonly object[] | undefined;
  isReady?: boolean;
  onSubmit: (changeClient: Client) => void | Promise<void>;
  onClose: () => void;
}): JSX.Element {
  const isShown = after !== undefined || plan !== undefined;
  const reviewed = isShown ? JSON.stringify([before, after, plan]) : undefined;
  return (
    <FormDialog
      {...form}
      typed={typed}
      reviewed={reviewed}
      changes={environments}
      hasOnlyReason={children === undefined}
    >
      {detail !== undefined && <p>{detail}</p>}
      {warnings.length > 0 && (
        <ul class="warnings" aria-label="Still in use">
          {warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      )}
      {after !== undefined && <ReviewedChanges before={before} after={after} />}
      {children}
    </FormDialog>
  );
}

const review = createPrompt<ReviewProps, Client | undefined>();

/**
 * Asks for the review of a change. Resolves with the client for all writes of the change, which sends the person's
 * reason with each, or with `undefined` if the person gives the change up.
 */
export const askReview = review.ask;

/** Asks for the review of a change in production. Elsewhere, resolves at once with a client that sends no reason. */
export async function askReviewIfProtected(props: ReviewProps): Promise<Client | undefined> {
  return props.environments.some(isProtected) ? await askReview(props) : createChangeClient();
}

/** Shows the open review. The page has this once. */
export function Reviews(): JSX.Element | null {
  if (review.open.value === undefined) return null;
  const { id, choose, ...props } = review.open.value;
  return <ReviewDialog key={id} {...props} onSubmit={choose} onClose={() => choose(undefined)} />;
}
