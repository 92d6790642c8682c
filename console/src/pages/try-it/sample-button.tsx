import type { JSX } from "preact";
import type { Subject } from "../../state/try-it/subject.ts";

interface SampleButtonProps {
  subject: Subject;
  names: readonly string[];
  isBusy: boolean;
  hasVersion: boolean;
  onSample: () => Promise<void>;
}

/** Asks for a sample, and for the attribute in which its users differ. */
export function SampleButton({ subject, names, isBusy, hasVersion, onSample }: SampleButtonProps): JSX.Element {
  return (
    <>
      <SampleBy subject={subject} names={names} />
      {hasVersion && <p class="hint sample-by">A sample needs a time, not a version.</p>}
      <button type="button" disabled={hasVersion} aria-disabled={isBusy} onClick={() => !isBusy && void onSample()}>
        Sample 1,000 users
      </button>
    </>
  );
}

export function SampleBy({ subject, names }: { subject: Subject; names: readonly string[] }): JSX.Element {
  return (
    <label class="sample-by">
      <span class="hint">Attribute that differs in the sample</span>
      <select value={subject.by.value} onChange={(event) => (subject.by.value = event.currentTarget.value)}>
        {[...new Set(["targetingKey", ...names])].map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
