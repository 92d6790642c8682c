import type { JsonValue, Serve } from "../../../../src/flags/document.ts";
import { firstBucket } from "../../lowering/first-bucket.ts";
import { NotImportable } from "../../lowering/draft.ts";
import { checkShape } from "../../lowering/shape.ts";
import { at, type Fields, fieldsOf, listOf, numberOf, textOf } from "../../lowering/source.ts";
import { VariantSet } from "../../lowering/variant-set.ts";
import { bucketOfKey, percentageOf, TOTAL } from "./segments.ts";
import { STATE } from "./shape.ts";

/** Returns the name of the feature that a state belongs to. */
export function featureOf(state: Fields): string {
  return textOf(fieldsOf(state["feature"])["name"]) ?? "";
}

interface Option {
  value: JsonValue;
  weight: number;
  order: number | bigint;
}

/** The variants of one feature: `{ enabled, value }`. */
export class StateTable {
  readonly #set = new VariantSet();
  readonly #environmentKey: string;

  constructor(environmentKey: string) {
    this.#environmentKey = environmentKey;
  }

  get variants(): VariantSet["values"] {
    return this.#set.values;
  }

  /** Returns the variant of a state's own value. */
  control(state: Fields): string {
    return this.#variant(state, (state["feature_state_value"] ?? null) as JsonValue, "control");
  }

  /** Returns what a state serves to an identity. */
  serve(state: Fields, place: string): Serve {
    checkShape(state, STATE, place);
    const control = this.control(state);
    const options = optionsOf(state, place);
    if (options.length === 0) return { variant: control };
    const weights: [string, number][] = [];
    let start = 0;
    let end = 0;
    for (const { value, weight } of options) {
      start += weight;
      const limit = start;
      const cut = Math.max(
        end,
        firstBucket(TOTAL, (bucket) => percentageOf(bucket) >= limit),
      );
      weights.push([this.#variant(state, value, "option"), cut - end]);
      end = cut;
    }
    weights.push([control, TOTAL - end]);
    const key = numberOf(state["django_id"]) ?? textOf(state["featurestate_uuid"]);
    if (key === undefined) throw new NotImportable(place, "it has no id, so its buckets are not known");
    // Flagsmith's server writes the salt into django_id. A document with another one is not known.
    const other = state["mv_hashing_salt"];
    if (other !== undefined && other !== null && other !== key)
      throw new NotImportable(at(place, "mv_hashing_salt"), "it is not django_id, so its buckets are not known");
    const salt = `${key},${this.#environmentKey}_`;
    return { rollout: { by: ["targetingKey"], salt, hash: "flagsmith-1", total: TOTAL, weights } };
  }

  /** Returns the variant for an identity with an empty identifier, which has no bucket in Burgee. */
  emptyIdentifier(serve: Serve): string | undefined {
    if (!("rollout" in serve)) return undefined;
    const { salt, weights } = serve.rollout;
    const bucket = bucketOfKey(salt);
    let end = 0;
    return weights.find(([, weight]) => bucket < (end += weight))?.[0];
  }

  #variant(state: Fields, value: JsonValue, wanted: string): string {
    const isName = typeof value === "string" && value.length > 0 && value.length < 40;
    return this.#set.nameOf({ enabled: state["enabled"] === true, value }, isName ? value : wanted);
  }
}

/** Returns the options in the order of their ids. */
function optionsOf(state: Fields, place: string): Option[] {
  return listOf(state["multivariate_feature_state_values"])
    .map((one, i): Option => {
      const option = fieldsOf(one);
      const where = at(place, "multivariate_feature_state_values", i);
      const weight = option["percentage_allocation"];
      const order = numberOf(option["id"]) ?? uuidOrder(option["mv_fs_value_uuid"]);
      if (typeof weight !== "number" || weight < 0 || order === undefined)
        throw new NotImportable(where, "it has no id or no percentage");
      const { value = null } = fieldsOf(option["multivariate_feature_option"]);
      return { value: value as JsonValue, weight, order };
    })
    .sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0));
}

function uuidOrder(uuid: unknown): bigint | undefined {
  const digits = (textOf(uuid) ?? "").replaceAll("-", "");
  return /^[\da-f]+$/i.test(digits) ? BigInt(`0x${digits}`) : undefined;
}
