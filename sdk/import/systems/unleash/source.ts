/** The parts of Unleash's client API (`/api/client/features` and `/api/client/delta`) that evaluation needs. */
import {
  at,
  type Fields,
  fieldsOf,
  isFields,
  listOf,
  numberOf,
  type Placed,
  textOf,
  textsOf,
} from "../../lowering/source.ts";

export interface UnleashSource {
  /** Features, by name. */
  features: Map<string, Placed>;
  /** Segments, by id. */
  segments: Map<string, Placed>;
}

/** Reads the response of either API. The events of a delta are applied in order. */
export function readSource(source: unknown): UnleashSource {
  const state: UnleashSource = { features: new Map(), segments: new Map() };
  const { features, segments, events } = fieldsOf(source);
  addAll(state, { features, segments }, "");
  listOf(events).forEach((event, i) => applyEvent(state, fieldsOf(event), at("/events", i)));
  return state;
}

function addAll(state: UnleashSource, { features, segments }: Fields, place: string): void {
  listOf(features).forEach((feature, i) => addFeature(state, feature, at(place, "features", i)));
  listOf(segments).forEach((segment, i) => addSegment(state, segment, at(place, "segments", i)));
}

function addFeature({ features }: UnleashSource, feature: unknown, place: string): void {
  const name = textOf(fieldsOf(feature)["name"]);
  if (name !== undefined) features.set(name, { fields: fieldsOf(feature), place });
}

function addSegment({ segments }: UnleashSource, segment: unknown, place: string): void {
  if (isFields(segment)) segments.set(String(segment["id"]), { fields: segment, place });
}

function applyEvent(state: UnleashSource, event: Fields, place: string): void {
  switch (event["type"]) {
    case "hydration":
      state.features.clear();
      state.segments.clear();
      addAll(state, event, place);
      break;
    case "feature-updated":
      addFeature(state, event["feature"], at(place, "feature"));
      break;
    case "feature-removed":
      state.features.delete(String(event["featureName"]));
      break;
    case "segment-updated":
      addSegment(state, event["segment"], at(place, "segment"));
      break;
    case "segment-removed":
      state.segments.delete(String(event["segmentId"]));
      break;
  }
}

export interface Variant {
  name: string;
  weight: number;
  payload: unknown;
  stickiness: string | undefined;
  overrides: { contextName: string; values: string[] }[];
}

export function variantsOf(fields: Fields): Variant[] {
  return listOf(fields["variants"]).map((one) => {
    const { name, weight, payload, stickiness, overrides } = fieldsOf(one);
    return {
      name: textOf(name) ?? "",
      weight: numberOf(weight) ?? 0,
      payload,
      stickiness: textOf(stickiness),
      overrides: listOf(overrides)
        .map(fieldsOf)
        .map((override) => ({
          contextName: textOf(override["contextName"]) ?? "",
          values: textsOf(override["values"]),
        })),
    };
  });
}
