import type { JSX } from "preact";
import { useId } from "preact/hooks";
import type { Known } from "../../ui/condition/condition.ts";
import { keyOf, NEW_TYPES, type NewFlag, type NewType, variantsOfType } from "../../state/new-flag/new-flag.ts";
import { NameInput } from "../../ui/fields/name-input.tsx";
import { ParsedInput } from "../../ui/fields/parsed-input.tsx";
import { Problems, ProblemText } from "../../ui/fields/problems.tsx";
import type { Problem } from "../../ui/fields/problem.ts";
import { Select } from "../../ui/fields/select.tsx";
import { TextInput } from "../../ui/fields/text-input.tsx";
import { AudienceFields } from "./audience-fields.tsx";
import { VariantFields } from "./variant-fields.tsx";

interface Props {
  form: NewFlag;
  onChange: (form: NewFlag) => void;
}

/** The three questions about a new flag. */
export function Questions({
  environment,
  known,
  problems,
  ...props
}: Props & { environment: string; known: Known; problems: readonly Problem[] }): JSX.Element {
  const { form, onChange } = props;
  return (
    <Problems.Provider value={problems}>
      <section class="card stack" aria-labelledby="question-1">
        <h2 id="question-1">1. What is it?</h2>
        <Identity {...props} />
      </section>
      <section class="card stack" aria-labelledby="question-2">
        <h2 id="question-2">2. Whom is it for?</h2>
        <AudienceFields
          legend={`Turn it on in ${environment} for`}
          audience={form.audience}
          variants={form.variants.map(({ item }) => item.name)}
          known={known}
          canBeNobody
          onChange={(audience) => onChange({ ...form, audience })}
        />
        <ProblemText pointer="/rules" covers="below" />
        <p class="hint">In all other environments, the flag exists and is off.</p>
      </section>
      <section class="card stack" aria-labelledby="question-3">
        <h2 id="question-3">3. Who reads it?</h2>
        <Readers {...props} />
      </section>
    </Problems.Provider>
  );
}

function Identity({ form, onChange }: Props): JSX.Element {
  return (
    <>
      <div class="leaf">
        <TextInput
          label="Name"
          value={form.name}
          onChange={(name) => onChange({ ...form, name })}
          pointer="/name"
          placeholder="New checkout"
          required
        />
        <NameInput
          label="Key"
          name={keyOf(form)}
          taken={[]}
          onChange={(key) => onChange({ ...form, key })}
          pointer="/key"
        />
        <Select
          label="Type"
          value={form.type}
          options={NEW_TYPES}
          onChange={(type) => onChange({ ...form, ...variantsOfType(type as NewType) })}
          pointer="/type"
        />
      </div>
      <p class="hint">
        Code asks for the flag by its key
        {form.type === "boolean" && ", and gets true if it is on for the user, and false otherwise"}. The key and the
        type cannot change later.
      </p>
      <TextInput
        label="Description"
        value={form.description}
        onChange={(description) => onChange({ ...form, description })}
        pointer="/description"
      />
      {form.type !== "boolean" && <VariantFields form={form} onChange={onChange} />}
      <details class="more">
        <summary>Owner and tags</summary>
        <div class="leaf">
          <TextInput
            label="Owner"
            value={form.owner}
            onChange={(owner) => onChange({ ...form, owner })}
            pointer="/owner"
          />
          <ParsedInput
            label="Tags, separated by commas"
            value={form.tags}
            format={(tags) => tags.join(", ")}
            parse={(text) => ({ value: tagsOf(text) })}
            onChange={(tags) => onChange({ ...form, tags })}
            pointer="/tags"
          />
        </div>
      </details>
    </>
  );
}

function tagsOf(text: string): readonly string[] {
  return text
    .split(",")
    .map((tag) => tag.trim())
    .filter((tag) => tag !== "");
}

const READERS = [
  [false, "Servers only", "Only server keys, which are secret, can read it. A browser gets FLAG_NOT_FOUND."],
  [
    true,
    "Browsers and apps too",
    "Client keys, which are public, can read it too. Everybody can then see its key and the value they get, but not its rules.",
  ],
] as const;

function Readers({ form, onChange }: Props): JSX.Element {
  const group = useId();
  return (
    <fieldset class="stack plain" data-pointer="/clientVisible" tabIndex={-1}>
      <legend class="visually-hidden">Who reads it?</legend>
      {READERS.map(([clientVisible, text, meaning], i) => (
        <div key={text}>
          <label class="choice">
            <input
              type="radio"
              name={group}
              checked={form.clientVisible === clientVisible}
              aria-describedby={`${group}-${i}`}
              onChange={() => onChange({ ...form, clientVisible })}
            />
            {text}
          </label>
          <p class="hint" id={`${group}-${i}`}>
            {meaning}
          </p>
        </div>
      ))}
    </fieldset>
  );
}
