import type * as FliptSdk from "@flipt-io/flipt-client-js";
import {
  fieldsOf,
  isFields,
  listOf,
  partsOf,
  type Placed,
  scalarText,
  textOf,
  textsOf,
} from "../../../sdk/import/lowering/source.ts";
import { type FliptSource, readSource } from "../../../sdk/import/systems/flipt/source.ts";
import type { OracleSystem } from "./oracle.ts";

type Sdk = Pick<typeof FliptSdk, "FliptClient">;

export const flipt: OracleSystem = {
  package: "@flipt-io/flipt-client-js",
  start: async (sdk, source, options) => {
    if (options.sdk !== "client")
      throw new Error("it evaluates as with --sdk client; for the server, use --results <file>");
    const { flags, segments } = readSource(source, options.environment);
    const client = await startFlipt(sdk as Sdk, { flags, segments });
    return {
      evaluate: (request, keys) => {
        const results = new Map<string, unknown>();
        // The client refuses an empty id, and has no flags for attachments.
        for (const key of keys)
          if (flags.has(key) && scalarText(fieldsOf(request)["entityId"]) !== "")
            results.set(key, client.evaluate(key, request as FliptRequest));
        return results;
      },
      close: () => {},
    };
  },
};

export interface FliptRequest {
  entityId: string;
  context: Record<string, string>;
}

export interface FliptEvaluator {
  /** Returns the response for a boolean or a variant flag. */
  evaluate(flagKey: string, request: FliptRequest): object;
}

/** Starts the client over an export. It asks its server for a snapshot, in which rules contain their segments. */
export async function startFlipt(
  { FliptClient }: Sdk,
  source: Pick<FliptSource, "flags" | "segments">,
): Promise<FliptEvaluator> {
  const snapshot = {
    namespace: { key: "default" },
    flags: [...source.flags].map(([key, flag]) => flagOf(key, flag, source.segments)),
  };
  const response = {
    ok: true,
    status: 200,
    statusText: "OK",
    headers: { get: () => null },
    json: async () => snapshot,
  };
  const client = await FliptClient.init({ fetcher: async () => response, updateInterval: 0 });
  return {
    evaluate: (flagKey, { entityId, context }) => {
      const request = { flagKey, entityId, context };
      const isBoolean = source.flags.get(flagKey)?.fields["type"] === "BOOLEAN_FLAG_TYPE";
      return isBoolean ? client.evaluateBoolean(request) : client.evaluateVariant(request);
    },
  };
}

type Segments = FliptSource["segments"];

const TIMES = { created_at: "2024-01-01T00:00:00Z", updated_at: "2024-01-01T00:00:00Z" };

function flagOf(key: string, flag: Placed, segments: Segments): object {
  const variants = partsOf(flag, "variants").map(({ fields }) => fields);
  const attachments = new Map(variants.map((one) => [one["key"], attachmentOf(one["attachment"])]));
  const fallback = variants.find((variant) => variant["default"] === true);
  return {
    key,
    name: key,
    description: "",
    type: flag.fields["type"] ?? "VARIANT_FLAG_TYPE",
    enabled: flag.fields["enabled"] === true,
    ...TIMES,
    ...(fallback && {
      defaultVariant: { id: "d", key: fallback["key"], attachment: attachments.get(fallback["key"]) },
    }),
    rules: partsOf(flag, "rules").map((rule, i) => ({
      id: String(i),
      rank: i + 1,
      ...segmentsOf(rule, segments),
      distributions: partsOf(rule, "distributions").map(({ fields: { variant, rollout } }, j) => ({
        id: `${i}-${j}`,
        ruleId: String(i),
        variantId: variant,
        variantKey: variant,
        variantAttachment: attachments.get(variant),
        rollout,
      })),
    })),
    rollouts: partsOf(flag, "rollouts").map((rollout, i) => rolloutOf(rollout, i + 1, segments)),
  };
}

function rolloutOf(rollout: Placed, rank: number, segments: Segments): object {
  const { threshold, segment } = rollout.fields;
  if (isFields(threshold)) return { type: "THRESHOLD_ROLLOUT_TYPE", rank, threshold };
  const value = fieldsOf(segment)["value"] === true;
  return { type: "SEGMENT_ROLLOUT_TYPE", rank, segment: { value, ...segmentsOf(rollout, segments) } };
}

function attachmentOf(attachment: unknown): string {
  return attachment === undefined || attachment === null ? "" : JSON.stringify(attachment);
}

function segmentsOf({ fields }: Placed, segments: Segments): object {
  const { segment = fields["segments"] } = fields;
  const own = isFields(segment) ? segment : { keys: segment, operator: fields["operator"] };
  const single = textOf(own["keys"]) ?? textOf(own["key"]);
  const keys = single === undefined ? textsOf(own["keys"]) : [single];
  return {
    segmentOperator: own["operator"] ?? "OR_SEGMENT_OPERATOR",
    segments: keys.map((key) => {
      const { match_type: type = "ALL_MATCH_TYPE", constraints } = segments.get(key)?.fields ?? {};
      return {
        key,
        name: "",
        description: "",
        matchType: scalarText(type).replace("_MATCH_TYPE", "_SEGMENT_MATCH_TYPE"),
        constraints: listOf(constraints).map((one, i) => {
          const { type: comparison, property = "", operator, value } = fieldsOf(one);
          const constraintType = scalarText(comparison).replace("_COMPARISON_TYPE", "_CONSTRAINT_COMPARISON_TYPE");
          return { id: String(i), type: constraintType, property, operator, value: scalarText(value) };
        }),
      };
    }),
  };
}
