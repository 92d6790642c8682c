import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { WEEKDAYS } from "../../../../src/flags/document.ts";
import { LIMITS } from "../../../../src/flags/limits.ts";
import { ParsedInput } from "../fields/parsed-input.tsx";
import { ProblemText } from "../fields/problems.tsx";
import { RemoveButton } from "../remove-button.tsx";
import { DAY_NAMES, officeHours, parseTime, parseTimeZone, type Window, withDay } from "./windows.ts";

/** Edits the recurring windows of a rule: the days and times at which it is active. */
export function WindowsEditor({
  windows,
  onChange,
  pointer,
}: {
  windows: readonly Window[];
  onChange: (windows: Window[] | undefined) => void;
  pointer: string;
}): JSX.Element {
  const zones = useId();
  const add = (): void => {
    // A further window is most often one of the same place.
    const zone = windows.at(-1)?.timezone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
    onChange([...windows, officeHours(zone)]);
  };
  return (
    <div class="stack" data-pointer={pointer} tabIndex={-1}>
      {windows.length > 0 && (
        <datalist id={zones}>
          {Intl.supportedValuesOf("timeZone").map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
      )}
      {windows.map((window, i) => (
        <WindowEditor
          // oxlint-disable-next-line react/no-array-index-key -- windows have no identity but their place
          key={i}
          window={window}
          name={`window ${i + 1}`}
          zones={zones}
          onChange={(changed) => onChange(windows.with(i, changed))}
          onRemove={() => onChange(windows.length === 1 ? undefined : windows.toSpliced(i, 1))}
          pointer={`${pointer}/${i}`}
        />
      ))}
      <div class="row">
        <button type="button" class="small" disabled={windows.length >= LIMITS.windows} onClick={add}>
          Add recurring window
        </button>
      </div>
      <ProblemText pointer={pointer} />
    </div>
  );
}

function WindowEditor({
  window,
  name,
  zones,
  onChange,
  onRemove,
  pointer,
}: {
  window: Window;
  name: string;
  zones: string;
  onChange: (window: Window) => void;
  onRemove: () => void;
  pointer: string;
}): JSX.Element {
  const { timezone, days, from, to } = window;
  return (
    <div class="condition" role="group" aria-label={`Recurring ${name}`}>
      <fieldset class="variants" data-pointer={`${pointer}/days`} tabIndex={-1}>
        <legend>Opens on</legend>
        {WEEKDAYS.map((day) => (
          <label key={day} class="choice">
            <input
              type="checkbox"
              checked={days.includes(day)}
              onChange={(event) => onChange({ ...window, days: withDay(days, day, event.currentTarget.checked) })}
            />
            {DAY_NAMES[day]}
          </label>
        ))}
        <ProblemText pointer={`${pointer}/days`} covers="below" />
      </fieldset>
      <div class="row">
        {(["from", "to"] as const).map((side) => (
          <ParsedInput
            key={side}
            label={side === "from" ? "From" : "To"}
            value={window[side]}
            format={(time) => time}
            parse={(text) => parseTime(text, side)}
            onChange={(time) => onChange({ ...window, [side]: time })}
            pointer={`${pointer}/${side}`}
          />
        ))}
        <ParsedInput
          label="Time zone"
          value={timezone}
          format={(zone) => zone}
          parse={parseTimeZone}
          onChange={(zone) => onChange({ ...window, timezone: zone })}
          pointer={`${pointer}/timezone`}
          list={zones}
        />
        <RemoveButton label={`Remove ${name}`} onRemove={onRemove} />
      </div>
      {from > to && <p class="hint">Closes at {to} on the next day.</p>}
    </div>
  );
}
