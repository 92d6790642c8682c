import { FliptClient } from "@flipt-io/flipt-client-js";

export interface Constraint {
  type: string;
  property: string;
  operator: string;
  value?: string;
}

export interface Segment {
  key: string;
  match_type: string;
  constraints?: Constraint[];
}

type SegmentReference = string | { keys: string[]; operator?: string; value?: boolean };

export interface Flag {
  key: string;
  name?: string;
  type: string;
  enabled: boolean;
  variants?: { key: string; default?: boolean; attachment?: unknown }[];
  rules?: { segment: SegmentReference; distributions?: { variant: string; rollout: number }[] }[];
  rollouts?: { segment?: { keys: string[]; operator?: string; value: boolean }; threshold?: object }[];
}

/** The part of an export that Flipt's client can evaluate. */
export interface FliptDocument {
  flags: Flag[];
  segments: Segment[];
}

/** Starts Flipt's client for evaluation in the client over an export. It asks a server of Flipt for a snapshot. */
export async function startFlipt(document: FliptDocument): Promise<FliptClient> {
  const snapshot = { namespace: { key: "default" }, flags: document.flags.map((flag) => flagOf(flag, document)) };
  const headers = { get: () => null };
  const response = { ok: true, status: 200, statusText: "OK", headers, json: async () => snapshot };
  return FliptClient.init({ fetcher: async () => response, updateInterval: 0 });
}

const TIMES = { created_at: "2024-01-01T00:00:00Z", updated_at: "2024-01-01T00:00:00Z" };

function flagOf({ variants = [], rules = [], rollouts = [], ...flag }: Flag, { segments }: FliptDocument): object {
  const attachments = new Map(variants.map(({ key, attachment }) => [key, attachmentOf(attachment)]));
  const fallback = variants.find((variant) => variant.default);
  return {
    ...flag,
    ...TIMES,
    name: flag.key,
    description: "",
    ...(fallback && { defaultVariant: { id: "d", key: fallback.key, attachment: attachments.get(fallback.key) } }),
    rules: rules.map(({ segment, distributions = [] }, i) => ({
      id: String(i),
      rank: i + 1,
      ...segmentsOf(segment, segments),
      distributions: distributions.map(({ variant, rollout }, j) => ({
        id: `${i}-${j}`,
        ruleId: String(i),
        variantId: variant,
        variantKey: variant,
        variantAttachment: attachments.get(variant),
        rollout,
      })),
    })),
    rollouts: rollouts.map(({ segment, threshold }, i) => ({
      type: threshold === undefined ? "SEGMENT_ROLLOUT_TYPE" : "THRESHOLD_ROLLOUT_TYPE",
      rank: i + 1,
      ...(threshold !== undefined && { threshold }),
      ...(segment !== undefined && { segment: { value: segment.value, ...segmentsOf(segment, segments) } }),
    })),
  };
}

function attachmentOf(attachment: unknown): string {
  return attachment === undefined ? "" : JSON.stringify(attachment);
}

function segmentsOf(reference: SegmentReference, segments: readonly Segment[]): object {
  const { keys, operator = "OR_SEGMENT_OPERATOR" } =
    typeof reference === "string" ? { keys: [reference], operator: undefined } : reference;
  return {
    segmentOperator: operator,
    segments: segments
      .filter(({ key }) => keys.includes(key))
      .map(({ key, match_type, constraints = [] }) => ({
        key,
        name: "",
        description: "",
        matchType: match_type.replace("_MATCH_TYPE", "_SEGMENT_MATCH_TYPE"),
        constraints: constraints.map(({ type, value = "", ...one }, i) => ({
          ...one,
          id: String(i),
          value,
          type: type.replace("_COMPARISON_TYPE", "_CONSTRAINT_COMPARISON_TYPE"),
        })),
      })),
  };
}
