import type { JSX } from "preact";
import { type Difference, differences } from "../../../../sdk/client/differences.ts";
import type { Configuration } from "../../../../sdk/client/contract.ts";
import { documentChanges, type WordedChange } from "../../../../sdk/words/changes.ts";
import { servedChanges, servedText } from "../../../../sdk/words/served.ts";
import { shortJson } from "../../../../src/flags/hashes/short-json.ts";
import { wordingOf } from "../../state/wording.ts";

type Document = Readonly<Record<string, unknown>>;

interface ChangesProps {
  /** `undefined` if the document is new. */
  before: object | undefined;
  after: object;
  /** The instant at which the words say what is served. Default: now. */
  at?: number;
}

/** The differences of two documents in words, with the old and the new side by side, and as JSON behind a fold. */
export function Changes({ before = {}, after, at = Date.now() }: ChangesProps): JSX.Element {
  const fields = differences(before, after);
  if (fields.length === 0) return <p class="hint">No changes.</p>;
  const wording = wordingOf(keyOf(after) ?? keyOf(before));
  const [old, now] = [configurationIn(before), configurationIn(after)];
  const served = old === undefined || now === undefined ? [] : servedChanges(old, now, at, wording);
  const worded = documentChanges(before as Document, after as Document, wording);
  return (
    <>
      {now !== undefined && served.length === 0 && (
        <p class="hint">
          {old === undefined ? "Serves" : "Serves the same as before"}: {servedText(now, at, wording).now}
        </p>
      )}
      <dl class="worded">
        {[...served, ...worded].map((one) => (
          <WordedDifference key={one.subject} change={one} />
        ))}
      </dl>
      <details class="more">
        <summary>As JSON</summary>
        <DifferenceList differences={fields} />
      </details>
    </>
  );
}

/** Returns the key of a flag, also of one as the audit log has it. */
function keyOf(document: Document | object): string | undefined {
  const { key, flagKey = key } = document as Document;
  return typeof flagKey === "string" ? flagKey : undefined;
}

/** The changes in a dialog, as a region that scrolls if there are many. */
export function ReviewedChanges(props: ChangesProps): JSX.Element {
  return (
    <div class="review" role="region" aria-label="Changes" tabIndex={0}>
      <Changes {...props} />
    </div>
  );
}

function configurationIn(document: object): Configuration | undefined {
  return "enabled" in document && "default" in document ? (document as Configuration) : undefined;
}

function WordedDifference({ change: { subject, before, after } }: { change: WordedChange }): JSX.Element {
  return (
    <div>
      <dt>{subject}</dt>
      {before !== undefined && (
        <dd>
          <span class="visually-hidden">before: </span>
          <del>{before}</del>
        </dd>
      )}
      {after !== undefined && (
        <dd class="after">
          <span class="visually-hidden">after: </span>
          <ins>{after}</ins>
        </dd>
      )}
    </div>
  );
}

/** The changed fields as JSON, each with its old and new value. */
export function DifferenceList({ differences }: { differences: readonly Difference[] }): JSX.Element {
  return (
    <dl class="differences">
      {differences.map(({ pointer, before, after }) => (
        <div key={pointer}>
          <dt>
            <code>{pointer || "/"}</code>
          </dt>
          {before !== undefined && (
            <dd>
              <del>{shortJson(before, pointer)}</del>
            </dd>
          )}
          {after !== undefined && (
            <dd>
              <ins>{shortJson(after, pointer)}</ins>
            </dd>
          )}
        </div>
      ))}
    </dl>
  );
}
