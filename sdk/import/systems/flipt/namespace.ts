import type { Resolution } from "../../../../src/evaluation/types.ts";
import { resolvedValue } from "../../lowering/resolved-value.ts";
import { closed } from "../../lowering/condition.ts";
import { draftOf, NotImportable, type Notes } from "../../lowering/draft.ts";
import { Names } from "../../lowering/names.ts";
import { checkSdk } from "../../lowering/sdk.ts";
import { at, type Placed, scalarText, textOf } from "../../lowering/source.ts";
import type { Draft, FlagInput, ImportedSegment, ImportOptions } from "../../types.ts";
import { lowerBoolean } from "./boolean-flags.ts";
import { commonParts } from "./common-parts.ts";
import { lowerSegment } from "./constraints.ts";
import type { FliptScope } from "./engine.ts";
import type { LoweredFlag } from "./lowered-flag.ts";
import { resultOf, type ResultShape } from "./results.ts";
import type { FliptSource } from "./source.ts";
import { lowerAttachments, lowerVariants } from "./variant-flags.ts";

/** The flags and segments of one namespace. */
export class Namespace {
  readonly #source: FliptSource;
  readonly #options: ImportOptions;
  readonly #segmentKeys = new Map<string, string>();
  readonly #shapes = new Map<string, ResultShape>();

  constructor(source: FliptSource, options: ImportOptions) {
    this.#source = source;
    this.#options = options;
    const names = new Names();
    for (const segment of source.segments)
      if (!this.#segmentKeys.has(keyOf(segment))) this.#segmentKeys.set(keyOf(segment), names.take(keyOf(segment)));
  }

  flags(): Draft<FlagInput>[] {
    return this.#source.flags.flatMap((flag) => {
      const key = keyOf(flag);
      const { place } = flag;
      const main = draftOf({ kind: "flag", key, place }, (notes) => {
        this.#check(flag, this.#source.flags);
        return { ...commonParts(flag, notes), key, ...this.#lower(key, flag, notes) };
      });
      const attachments = lowerAttachments(key, flag);
      if (attachments === undefined) return [main];
      const entry = { kind: "flag", key: `${key}:attachment`, place: at(place, "variants") } as const;
      return [main, draftOf(entry, () => ({ ...commonParts(flag), key: entry.key, ...attachments }))];
    });
  }

  segments(): Draft<ImportedSegment>[] {
    return this.#source.segments.map((segment) => {
      const { fields, place } = segment;
      const key = keyOf(segment);
      return draftOf({ kind: "segment", key, place }, (notes) => {
        this.#check(segment, this.#source.segments);
        return {
          key: this.#segmentKeys.get(key) ?? key,
          name: textOf(fields["name"]) || key,
          description: textOf(fields["description"]) ?? "",
          condition: closed(lowerSegment(segment, this.#scope(notes))),
        };
      });
    });
  }

  resultOf(resolution: Resolution, flagKey: string): unknown {
    const shape = this.#shapes.get(flagKey);
    return shape === undefined ? (resolvedValue(resolution) ?? null) : resultOf(resolution, flagKey, shape);
  }

  #lower(key: string, flag: Placed, notes: Notes): LoweredFlag {
    const scope = this.#scope(notes);
    const type = flag.fields["type"] ?? "VARIANT_FLAG_TYPE";
    if (type === "BOOLEAN_FLAG_TYPE") {
      this.#shapes.set(key, { type: "boolean" });
      return lowerBoolean(key, flag, scope);
    }
    if (type !== "VARIANT_FLAG_TYPE")
      throw new NotImportable(at(flag.place, "type"), `the type ${JSON.stringify(type)} is not known`);
    const { lowered, shape } = lowerVariants(key, flag, scope);
    this.#shapes.set(key, shape);
    return lowered;
  }

  #scope(notes: Notes): FliptScope {
    const { sdk, hashVersion } = this.#options;
    return {
      engine: sdk === "client" ? "client" : "server",
      hashVersion: hashVersion === 1 || hashVersion === 2 ? hashVersion : undefined,
      notes,
      segmentKey: (key) => this.#segmentKeys.get(key),
    };
  }

  /** @throws NotImportable if an option is wrong or missing, or if the part has the key of an earlier one */
  #check(part: Placed, all: readonly Placed[]): void {
    const { problem } = this.#source;
    const { sdk, hashVersion } = this.#options;
    checkSdk(sdk, ["server", "client"], part.place);
    if (hashVersion === 3) throw new NotImportable(part.place, "--hash-version can be 1 or 2 for Flipt, not 3");
    if (problem !== undefined) throw new NotImportable(part.place, problem);
    const first = all.find((one) => keyOf(one) === keyOf(part));
    if (first !== part)
      throw new NotImportable(at(part.place, "key"), `${first?.place ?? ""} has the key "${keyOf(part)}" already`);
  }
}

function keyOf({ fields }: Placed): string {
  return scalarText(fields["key"]);
}
