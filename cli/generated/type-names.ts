/** The names that the file uses itself. */
const RESERVED =
  "Awaited DetailsMethod DetailsOf FlagKey FlagKeyOf FlagTypes FlagValues FlagVariants JsonValue ObjectFlagKey Omit Promise RestOf ReturnOf Typed ValueMethod";

/** Gives out the names of the types in a file, each once. */
export class TypeNames {
  readonly #taken = new Set(RESERVED.split(" "));

  /** Returns a name from texts that may contain any character, such as `ThemeColour` from "theme" and "colour". */
  unique(...texts: string[]): string {
    const words = texts.flatMap((text) => text.split(/[^A-Za-z0-9]+/)).filter((word) => word !== "");
    const joined = words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join("");
    const base = /^[A-Z]/.test(joined) ? joined : `Flag${joined}`;
    let name = base;
    for (let i = 2; this.#taken.has(name); i++) name = `${base}${i}`;
    this.#taken.add(name);
    return name;
  }
}
