import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useId, useRef } from "preact/hooks";
import { ApiError } from "../../../../sdk/client/client.ts";
import { parseInstant } from "../../../../src/flags/formats/instant.ts";
import { reasonOf } from "../../state/notices.ts";
import type { Moment } from "../../state/try-it/question.ts";
import { LOCAL_ZONE } from "../../state/wording.ts";
import { Field } from "../../ui/fields/field.tsx";
import { instantOfLocal, localControlText } from "../../ui/fields/local-instant.ts";
import { Instant } from "./instant.tsx";

/** Why an evaluation cannot be replayed. */
export interface MomentProblem {
  text: string;
  /** The first instant that can be replayed, if the problem is that the audit does not reach back. */
  first?: string | undefined;
}

/** Returns the problem with the time of a replay, or `undefined` if the error has another cause. */
export function momentProblemOf(error: unknown): MomentProblem | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const { firstInstant: first, errors = [] } = error.problem;
  if (error.status === 410) return { text: `${sentence(error.message.split(";", 1)[0] ?? "")}.`, first };
  // Of a replay, these say that the flag or the version did not exist, or that the flag drew random numbers.
  if (error.status === 404) return { text: `${sentence(error.message)}.` };
  const isOfTime = errors.length > 0 && errors.every(({ pointer }) => /^(?:\/at|\/version)?$/.test(pointer));
  return error.status === 422 && isOfTime ? { text: reasonOf(error) } : undefined;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

interface Props {
  moment: Signal<Moment>;
  problem: MomentProblem | undefined;
  /** Whether the time can be a version of the environment. */
  hasVersion?: boolean;
  /** Evaluates at the first instant that can be replayed. */
  onTake: (first: string) => void;
}

/** The time of the evaluation: an instant in local time, or a version of the environment. Both are empty for now. */
export function MomentField({ moment, problem, hasVersion = true, onTake }: Props): JSX.Element {
  const id = useId();
  const { at, version } = moment.value;
  const text = localControlText(at);
  const set = (next: Moment): void => void (moment.value = next);
  const control = useRef<HTMLInputElement>(null);
  const take = (first: string): void => {
    onTake(first);
    // The pressed button is gone.
    control.current?.focus();
  };
  const described = (isUsed: boolean) => ({
    "aria-describedby": `${id}-hint`,
    "aria-invalid": problem !== undefined && isUsed,
  });
  return (
    <section class="stack moment" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>Time</h2>
      <div class="row">
        <Field id={`${id}-at`} label={`Time (${LOCAL_ZONE})`}>
          <input
            {...described(version === undefined)}
            ref={control}
            id={`${id}-at`}
            type="datetime-local"
            step={/\.\d+$/.test(text) ? "any" : 1}
            value={text}
            onInput={(event) => set({ at: instantOfLocal(event.currentTarget.value) })}
          />
        </Field>
        {hasVersion && (
          <Field id={`${id}-version`} label="or version">
            <input
              {...described(version !== undefined)}
              id={`${id}-version`}
              type="number"
              min={1}
              step={1}
              value={version ?? ""}
              onInput={(event) => {
                const typed = event.currentTarget.value;
                set(typed === "" ? {} : { version: Number(typed) });
              }}
            />
          </Field>
        )}
        <button type="button" disabled={at === undefined && version === undefined} onClick={() => set({})}>
          Now
        </button>
      </div>
      <div id={`${id}-hint`} aria-live="polite">
        {problem === undefined ? <MomentHint {...moment.value} /> : <Problem problem={problem} onTake={take} />}
      </div>
    </section>
  );
}

function MomentHint({ at, version }: Moment): JSX.Element {
  if (version !== undefined) return <p class="hint">The flag of this version, at the time when it was made.</p>;
  if (at === undefined) return <p class="hint">Empty: the flag as it is now.</p>;
  if (Number.isNaN(parseInstant(at))) return <p class="hint">{at}</p>;
  return (
    <p class="hint">
      <Instant at={at} />
    </p>
  );
}

function Problem({
  problem: { text, first },
  onTake,
}: { problem: MomentProblem } & Pick<Props, "onTake">): JSX.Element {
  return (
    <>
      <p class="problem">{text}</p>
      {first !== undefined && (
        <>
          <p class="hint">
            The first time that can be replayed is <Instant at={first} />.
          </p>
          <button type="button" class="small" onClick={() => onTake(first)}>
            Evaluate at the first time
          </button>
        </>
      )}
    </>
  );
}
