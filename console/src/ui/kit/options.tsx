/** The options of a combobox: filtered as the person types, and chosen by keyboard or pointer. */
import type { JSX } from "preact";
import { useEffect, useId, useMemo, useState } from "preact/hooks";
import { moreText } from "../../../../sdk/words/names.ts";
import { fuzzyFind } from "./fuzzy.ts";
import { type Drawing, Icon } from "./icon.tsx";

export interface Option {
  value: string;
  /** Default: `value`. */
  label?: string;
  /** A detail in small text, which the search finds too. */
  hint?: string | undefined;
  icon?: Drawing;
}

/** More options are only counted, because nobody reads them and drawing them takes time. */
const MOST_SHOWN = 50;

export interface Options {
  shown: readonly Option[];
  total: number;
  activeIndex: number;
  listId: string;
  /** For the `input`. */
  attributes: {
    role: "combobox";
    "aria-autocomplete": "list";
    "aria-expanded": boolean;
    "aria-controls": string;
    "aria-activedescendant": string | undefined;
    autocomplete: "off";
    spellcheck: false;
  };
  setActive: (index: number) => void;
  choose: (option: Option) => void;
  /** Moves in the list, or chooses. Returns whether the key was for the list. */
  onKey: (event: KeyboardEvent) => boolean;
}

interface Settings {
  options: readonly Option[];
  text: string;
  isOpen: boolean;
  /** Whether Enter chooses the first option. Otherwise it chooses only what the person moved to. */
  startsAtFirst: boolean;
  onChoose: (option: Option) => void;
}

export function useOptions({ options, text, isOpen, startsAtFirst, onChoose }: Settings): Options {
  const listId = useId();
  const found = useMemo(() => findOptions(options, text), [options, text]);
  const shown = found.slice(0, MOST_SHOWN);
  // The place in the list counts only for its text. An effect that resets it could run after the next key.
  const [active, setActiveState] = useState({ index: -1, text, isOpen });
  const isCurrent = active.text === text && active.isOpen === isOpen;
  const activeIndex = Math.min(isCurrent ? active.index : startsAtFirst ? 0 : -1, shown.length - 1);
  const setActive = (index: number): void => setActiveState({ index, text, isOpen });
  const activeId = isOpen && activeIndex >= 0 ? optionId(listId, activeIndex) : undefined;
  useEffect(() => {
    if (activeId !== undefined) document.getElementById(activeId)?.scrollIntoView({ block: "nearest" });
  }, [activeId]);
  return {
    shown,
    total: found.length,
    activeIndex,
    listId,
    attributes: {
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": isOpen && shown.length > 0,
      "aria-controls": listId,
      "aria-activedescendant": activeId,
      autocomplete: "off",
      spellcheck: false,
    },
    setActive,
    choose: onChoose,
    onKey(event) {
      const last = shown.length - 1;
      const to = {
        ArrowDown: activeIndex >= last ? 0 : activeIndex + 1,
        ArrowUp: activeIndex <= 0 ? last : activeIndex - 1,
      }[event.key];
      const option = shown[activeIndex];
      if (!isOpen || shown.length === 0) return false;
      if (to !== undefined) setActive(to);
      else if (event.key === "Enter" && option !== undefined) onChoose(option);
      else return false;
      event.preventDefault();
      return true;
    },
  };
}

export function OptionList({ of, label }: { of: Options; label: string }): JSX.Element {
  const { shown, total, activeIndex, listId, setActive, choose } = of;
  return (
    <>
      <ul id={listId} class="option-list" role="listbox" aria-label={label}>
        {shown.map((option, i) => (
          <li
            key={option.value}
            id={optionId(listId, i)}
            role="option"
            aria-selected={i === activeIndex}
            // The focus stays in the input.
            onMouseDown={(event) => event.preventDefault()}
            onMouseMove={() => i !== activeIndex && setActive(i)}
            onClick={() => choose(option)}
          >
            {option.icon !== undefined && <Icon of={option.icon} />}
            <span>{option.label ?? option.value}</span>
            {option.hint !== undefined && <small>{option.hint}</small>}
          </li>
        ))}
      </ul>
      {total > shown.length && <p class="hint">and {moreText(total - shown.length)}: type to narrow</p>}
    </>
  );
}

function findOptions(options: readonly Option[], text: string): readonly Option[] {
  if (text.trim() === "") return options;
  const texts = options.map(({ value, label = value, hint }) => (hint === undefined ? label : `${label} ${hint}`));
  return fuzzyFind(texts, text).flatMap((i) => options[i] ?? []);
}

function optionId(listId: string, index: number): string {
  return `${listId}-${index}`;
}
