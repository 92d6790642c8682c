import type { JsonValue, Serve } from "../../../../src/flags/document.ts";
import { bucketIn, type Lowered } from "../../lowering/condition.ts";
import { NotImportable, type Notes } from "../../lowering/draft.ts";
import { type Placed, scalarText } from "../../lowering/source.ts";
import { VariantSet } from "../../lowering/variant-set.ts";
import { field, type Located, partIn, partsIn, percentIn, textIn, textsIn } from "./fields.ts";
import { bucketingOf, cutOf, isInGroup, isUser } from "./targeting.ts";

/** A variant as the source defines it. */
interface Definition {
  name: string;
  configuration: JsonValue | undefined;
  override: string;
}

/** A step of the allocation: a condition, and the variant that it serves if the flag is on. */
export interface Step {
  id: string;
  when: Lowered;
  serve: Serve;
}

/** The variants of one flag: `{ enabled, variant, configuration }`, as `isEnabled` and `getVariant` return them. */
export class VariantTable {
  readonly #set = new VariantSet();
  readonly #definitions = new Map<string, Definition>();
  readonly #allocation: Placed;
  readonly #id: string;
  readonly #isOn: boolean;
  readonly #notes: Notes;

  constructor(feature: Placed & { id: string; isOn: boolean }, notes: Notes) {
    this.#id = feature.id;
    this.#isOn = feature.isOn;
    this.#notes = notes;
    this.#allocation = partIn(feature, "allocation");
    for (const part of partsIn(feature, "variants")) {
      const definition = definitionOf(part);
      if (this.#definitions.has(definition.name))
        notes.note(part.place, `an earlier variant has the name "${definition.name}", so this one is left out`);
      else this.#definitions.set(definition.name, definition);
    }
  }

  get values(): VariantSet["values"] {
    return this.#set.values;
  }

  /** Returns the variant of a flag that is off. */
  disabled(): string {
    return this.#default("default_when_disabled", false);
  }

  /** Returns the variant of a flag that is on for those whom nothing else allocates. */
  enabled(): string {
    return this.#default("default_when_enabled", true);
  }

  steps(): Step[] {
    return [
      ...partsIn(this.#allocation, "user").map((part, i) =>
        this.#step(`user-${i + 1}`, part, isUser(textsIn(part, "users"))),
      ),
      ...partsIn(this.#allocation, "group").map((part, i) =>
        this.#step(`group-${i + 1}`, part, isInGroup(textsIn(part, "groups"))),
      ),
      ...partsIn(this.#allocation, "percentile").map((part, i) =>
        this.#step(`percentile-${i + 1}`, part, this.#percentile(part)),
      ),
    ];
  }

  #percentile(part: Placed): Lowered {
    const [from, to] = [percentIn(part, "from"), percentIn(part, "to")];
    if (from > to) throw new NotImportable(part.place, "its lower bound is above its upper bound");
    const seed = textIn(this.#allocation, "seed") ?? `allocation\n${this.#id}`;
    return bucketIn(bucketingOf(seed), [[from === 100 ? LAST : cutOf(from), cutOf(to)]]);
  }

  #step(id: string, part: Placed, when: Lowered): Step {
    const name = field(part, "variant");
    const definition = this.#definition(name);
    return { id, when, serve: { variant: definition === undefined ? this.enabled() : this.#nameOf(definition, true) } };
  }

  #default(name: string, isEnabled: boolean): string {
    const wanted = field(this.#allocation, name);
    const isNone = wanted.value === undefined || wanted.value === null;
    return this.#nameOf(isNone ? undefined : this.#definition(wanted), isEnabled);
  }

  #definition({ value, place }: Located): Definition | undefined {
    const definition = this.#definitions.get(scalarText(value));
    if (definition === undefined)
      this.#notes.note(place, `the flag has no variant "${scalarText(value)}", so it serves none here`);
    return definition;
  }

  #nameOf(definition: Definition | undefined, isEnabled: boolean): string {
    if (definition === undefined)
      return this.#set.nameOf({ enabled: isEnabled, variant: null }, isEnabled ? "on" : "off");
    const { name, configuration, override } = definition;
    const enabled = this.#isOn && override !== "none" ? override === "enabled" : isEnabled;
    const value = { enabled, variant: name, ...(configuration !== undefined && { configuration }) };
    return this.#set.nameOf(value, enabled ? name : `${name}-off`);
  }
}

/** The only bucket whose percentage is 100. */
const LAST = 2 ** 32 - 1;

function definitionOf(part: Placed): Definition {
  const name = textIn(part, "name");
  if (name === undefined) throw new NotImportable(part.place, "the variant has no name");
  const value = field(part, "configuration_value").value as JsonValue | undefined;
  const reference = field(part, "configuration_reference");
  if (value === undefined && typeof reference.value === "string")
    throw new NotImportable(
      reference.place,
      "the variant's configuration is in another section; write it into the variant",
    );
  const override = field(part, "status_override");
  const text = scalarText(override.value ?? "none").toLowerCase();
  if (!["none", "enabled", "disabled"].includes(text))
    throw new NotImportable(override.place, `${JSON.stringify(override.value)} is not None, Enabled or Disabled`);
  return { name, configuration: value, override: text };
}
