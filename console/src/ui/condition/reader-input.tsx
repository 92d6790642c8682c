import type { JSX } from "preact";
import { AGE_UNITS, type AgeUnit, type NamedReader, type Reader, READERS } from "../../../../src/flags/document.ts";
import { isVersionReader, readerName, type ReaderName, readersOf } from "../../../../src/flags/value-kinds.ts";
import { exactJson } from "../../../../src/flags/formats/exact-numbers.ts";
import { ParsedInput } from "../fields/parsed-input.tsx";
import { ProblemText } from "../fields/problems.tsx";
import { Select } from "../fields/select.tsx";
import { TextInput } from "../fields/text-input.tsx";
import { type Leaf, READER_NAMES } from "./condition.ts";
import { changeReader, hasHashes, newSalt } from "./hashed.ts";
import type { EditorProps } from "./editor-props.ts";
import { parseByteCount, parseDivisor } from "./values.ts";

type ReaderProps = Pick<EditorProps<Leaf>, "condition" | "onChange" | "pointer">;

/** The way to read the attribute, for operators that have a choice, and the parameter of the chosen reader. */
export function ReaderInput({ condition, onChange, pointer }: ReaderProps): JSX.Element | null {
  const { operator, read } = condition;
  const names = readersOf(operator);
  if (names.length === 0) return null;
  const isVersion = names.every(isVersionReader);
  // The readers without a parameter come first, as in the documentation.
  const order: readonly ReaderName[] = [...READERS, "modulo", "sha256", "age"];
  const change = (reader: Reader | undefined): void => onChange(changeReader(condition, reader));
  return (
    <>
      <Select
        label={isVersion ? "Versions have" : "Read the attribute as"}
        value={readerName(read) ?? ""}
        options={[
          ["", isVersion ? "three numbers, with or without a leading v" : "it is"],
          ...order.filter((name) => names.includes(name)).map((name) => [name, READER_NAMES[name]] as const),
        ]}
        onChange={(chosen) =>
          change(chosen === "" ? undefined : (FIRST[chosen as ReaderName]?.() ?? (chosen as NamedReader)))
        }
        pointer={`${pointer}/read`}
      />
      {typeof read === "object" && (
        <Parameter read={read} isFixed={hasHashes(condition)} onChange={change} pointer={`${pointer}/read`} />
      )}
    </>
  );
}

/** Readers with a parameter to begin with. */
const FIRST: Partial<Record<ReaderName, () => Reader>> = {
  modulo: () => ({ modulo: 10 }),
  sha256: () => ({ sha256: newSalt() }),
  age: () => ({ age: "days" }),
};

function Parameter({
  read,
  isFixed,
  onChange,
  pointer,
}: {
  read: Exclude<Reader, string>;
  /** Whether there are hashes, which were made with this parameter. */
  isFixed: boolean;
  onChange: (read: Reader) => void;
  pointer: string;
}): JSX.Element {
  if ("modulo" in read) {
    return (
      <ParsedInput
        label="Divided by"
        value={read.modulo}
        format={exactJson}
        parse={parseDivisor}
        onChange={(modulo) => onChange({ modulo })}
        pointer={`${pointer}/modulo`}
        inputMode="decimal"
      />
    );
  }
  if ("age" in read) {
    return (
      <Select
        label="Age in"
        value={read.age}
        options={AGE_UNITS.map((unit) => [unit, unit])}
        onChange={(unit) => onChange({ age: unit as AgeUnit })}
        pointer={`${pointer}/age`}
      />
    );
  }
  return isFixed ? (
    <FixedHashParameter read={read} pointer={pointer} />
  ) : (
    <HashParameter read={read} onChange={onChange} pointer={pointer} />
  );
}

type HashReader = Extract<Reader, { sha256: string }>;

const PARTS = [
  ["", "the whole value"],
  ["first", "its first bytes"],
  ["last", "its last bytes"],
] as const;

/** The salt and the part of the value with which the stored hashes were made. */
function FixedHashParameter({ read, pointer }: { read: HashReader; pointer: string }): JSX.Element {
  const part = read.first === undefined ? "last" : "first";
  const bytes = read.first ?? read.last;
  return (
    <div class="field" data-pointer={pointer} tabIndex={-1}>
      <span>
        Salt of the hash: <code>{read.sha256 || "none"}</code>
        {bytes !== undefined && `, for the ${part} ${bytes === 1 ? "byte" : `${bytes} bytes`}`}
      </span>
      <span class="hint">Remove all hashes to change it.</span>
      <ProblemText pointer={pointer} covers="below" />
    </div>
  );
}

/** The salt of a hash, and the part of the value that is hashed. */
function HashParameter({
  read,
  onChange,
  pointer,
}: {
  read: HashReader;
  onChange: (read: Reader) => void;
  pointer: string;
}): JSX.Element {
  const { sha256 } = read;
  const part = read.first === undefined ? (read.last === undefined ? "" : "last") : "first";
  const bytes = read.first ?? read.last;
  return (
    <>
      <TextInput
        label="Salt of the hash"
        value={sha256}
        onChange={(salt) => onChange({ ...read, sha256: salt })}
        pointer={`${pointer}/sha256`}
      />
      <Select
        label="Hash"
        value={part}
        options={PARTS}
        onChange={(chosen) => onChange(chosen === "" ? { sha256 } : { sha256, [chosen]: bytes ?? 1 })}
        pointer={`${pointer}/-`}
      />
      {part !== "" && (
        <ParsedInput
          label="Number of bytes"
          value={bytes ?? 1}
          format={String}
          parse={parseByteCount}
          onChange={(count) => onChange({ sha256, [part]: count })}
          pointer={`${pointer}/${part}`}
          inputMode="numeric"
        />
      )}
      <ProblemText pointer={pointer} />
    </>
  );
}
