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
import { RowReader } from "../../lowering/rows.ts";
import type { ReportEntry } from "../../types.ts";

export interface UnleashSource {
  refused: readonly ReportEntry[];
  /** Features, by name. */
  features: Map<string, Placed>;
  /** Segments, by id. */
  segments: Map<string, Placed>;
}

/** Reads the response of either API. The events of a delta are applied in order. */
export function readSource(source: unknown): UnleashSource {
  const reader = new RowReader();
  const state: UnleashSource = { features: new Map(), segments: new Map(), refused: reader.refused };
  const { features, segments, events } = fieldsOf(source);
  addAll(state, { features, segments }, "", reader);
  listOf(events).forEach((event, i) => {
    applyEvent(state, fieldsOf(event), at("/events", i), reader);
  });
  return state;
}

function addAll(state: UnleashSource, { features, segments }: Fields, place: string, reader: RowReader): void {
  for (const [name, row] of reader.list("flag", features, at(place, "features"), "name")) state.features.set(name, row);
  for (const { fields, place: where } of reader.list("segment", segments, at(place, "segments"), "id").values())
    addSegment(state, fields, where);
}

function addSegment({ segments }: UnleashSource, segment: unknown, place: string): void {
  if (isFields(segment)) segments.set(String(segment["id"]), { fields: segment, place });
}

function applyEvent(state: UnleashSource, event: Fields, place: string, reader: RowReader): void {
  switch (event["type"]) {
    case "hydration":
      state.features.clear();
      state.segments.clear();
      addAll(state, event, place, reader);
      break;
    case "feature-updated":
      for (const [name, { fields }] of reader.list("flag", [event["feature"]], at(place, "feature"), "name"))
        state.features.set(name, { fields, place: at(place, "feature") });
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
    default: {
      const name = textOf(fieldsOf(event["feature"])["name"]) ?? "";
      reader.refuse("flag", name, at(place, "type"), `the event ${JSON.stringify(event["type"])} is not known`);
    }
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
