import type { Resolution } from "../../../../src/evaluation/types.ts";
import { resolvedValue } from "../../lowering/resolved-value.ts";
import { closed } from "../../lowering/condition.ts";
import { draftOf, NotImportable, Notes } from "../../lowering/draft.ts";
import { Names } from "../../lowering/names.ts";
import { checkSdk } from "../../lowering/sdk.ts";
import { checkShape, type Shape } from "../../lowering/shape.ts";
import { at, type Placed, textOf } from "../../lowering/source.ts";
import type { Draft, FlagInput, ImportedSegment, ImportOptions } from "../../types.ts";
import { lowerBoolean } from "./boolean-flags.ts";
import { commonParts } from "./common-parts.ts";
import { lowerSegment } from "./constraints.ts";
import type { FliptScope } from "./engine.ts";
import type { LoweredFlag } from "./lowered-flag.ts";
import { resultOf, type ResultShape } from "./results.ts";
import { FLAG_SHAPE, type FliptSource, SEGMENT_SHAPE } from "./source.ts";
import { lowerAttachments, lowerVariants } from "./variant-flags.ts";

/** A flag of Flipt has at least one of them. */
const FLAG_FIELDS = ["enabled", "type", "variants", "rules", "rollouts"];

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
    for (const key of source.segments.keys()) this.#segmentKeys.set(key, names.take(key));
  }

  flags(): Draft<FlagInput>[] {
    return [...this.#source.flags].flatMap(([key, flag]) => {
      const { place } = flag;
      const main = draftOf({ kind: "flag", key, place }, (notes) => {
        this.#check(flag, FLAG_SHAPE);
        return { ...commonParts(flag, notes), key, ...this.#lower(key, flag, notes) };
      });
      const attachments = lowerAttachments(key, flag);
      if (attachments === undefined) return [main];
      const entry = { kind: "flag", key: `${key}:attachment`, place: at(place, "variants") } as const;
      return [main, draftOf(entry, () => ({ ...commonParts(flag, new Notes()), key: entry.key, ...attachments }))];
    });
  }

  segments(): Draft<ImportedSegment>[] {
    return [...this.#source.segments].map(([key, segment]) => {
      const { fields, place } = segment;
      return draftOf({ kind: "segment", key, place }, (notes) => {
        this.#check(segment, SEGMENT_SHAPE);
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

  /** @throws NotImportable if an option is wrong or missing, or if the part has another shape */
  #check(part: Placed, shape: Shape): void {
    const { problem } = this.#source;
    const { sdk, hashVersion } = this.#options;
    checkSdk(sdk, ["server", "client"], part.place);
    if (hashVersion === 3) throw new NotImportable(part.place, "--hash-version can be 1 or 2 for Flipt, not 3");
    if (problem !== undefined) throw new NotImportable(part.place, problem);
    checkShape(part.fields, shape, part.place);
    if (shape === FLAG_SHAPE && !FLAG_FIELDS.some((name) => name in part.fields))
      throw new NotImportable(part.place, `it has none of the fields of Flipt's flags: ${FLAG_FIELDS.join(", ")}`);
  }
}
