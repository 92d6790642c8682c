import type { EvaluationContext } from "../../../../src/evaluation/types.ts";
import type { JsonValue, Serve } from "../../../../src/flags/document.ts";
import { resolvedValue } from "../../lowering/resolved-value.ts";
import { all, closed, exists, leaf, type Lowered } from "../../lowering/condition.ts";
import { draftOf, type Notes } from "../../lowering/draft.ts";
import { Names } from "../../lowering/names.ts";
import { RuleList } from "../../lowering/rule-list.ts";
import { RowReader } from "../../lowering/rows.ts";
import { checkShape } from "../../lowering/shape.ts";
import { at, type Fields, fieldsOf, isFields, listOf, numberOf, textOf } from "../../lowering/source.ts";
import type { Draft, DraftProject, FlagInput, ImportedSegment } from "../../types.ts";
import { lowerSegment } from "./segments.ts";
import { DOCUMENT } from "./shape.ts";
import { featureOf, StateTable } from "./states.ts";

/** Imports an environment document, which Flagsmith's server SDKs evaluate locally. */
export function importFlagsmith(input: unknown): DraftProject {
  const source = fieldsOf(input);
  const environmentKey = String(source["api_key"]);
  const segments = segmentsOf(fieldsOf(source["project"]), environmentKey);
  const overrides = [...identityOverrides(source), ...segmentOverrides(segments)];
  const isOldHash = source["use_identity_composite_key_for_hashing"] === false;
  const reader = new RowReader();
  const states = reader.list("flag", source["feature_states"], "/feature_states", "feature", featureOf);
  const flags = [...states].map(([key, { fields: state, place }]) => {
    return draftOf({ kind: "flag", key, place }, (notes) => {
      // An override that cannot be read may be for any feature.
      checkShape(source, DOCUMENT, "");
      const own = overrides.filter(({ feature }) => feature === key);
      return lowerFeature(key, state, environmentKey, own, place, notes, isOldHash);
    });
  });
  return {
    flags,
    segments: segments.map(({ draft }) => draft),
    refused: reader.refused,
    toContext,
    fromResolution: resolvedValue,
  };
}

interface SourceSegment {
  segment: Fields;
  id: number;
  key: string;
  place: string;
  draft: Draft<ImportedSegment>;
}

/** Returns the segments in the order of their ids, in which Flagsmith evaluates them. */
function segmentsOf(project: Fields, environmentKey: string): SourceSegment[] {
  const names = new Names();
  return listOf(project["segments"])
    .map((one, i) => {
      const segment = fieldsOf(one);
      const name = textOf(segment["name"]) ?? String(segment["id"]);
      const key = names.take(name);
      const place = at("/project/segments", i);
      const draft = draftOf({ kind: "segment", key, place }, (notes): ImportedSegment => {
        const condition = closed(lowerSegment(segment, place, environmentKey, notes));
        return { key, name, description: "", condition };
      });
      return { segment, id: numberOf(segment["id"]) ?? 0, key, place, draft };
    })
    .sort((a, b) => a.id - b.id);
}

interface Override {
  feature: string;
  id: string;
  /** The identity that the override is for, unless it is for a segment. */
  identifier?: string;
  when: Lowered;
  state: Fields;
  place: string;
}

function segmentOverrides(segments: readonly SourceSegment[]): Override[] {
  const overrides = segments.flatMap(({ segment, key, place }) =>
    listOf(segment["feature_states"]).map((one, i) => {
      const state = fieldsOf(one);
      return {
        feature: featureOf(state),
        id: key,
        // Only identities belong to segments.
        when: all(exists("targetingKey"), { segment: key }),
        state,
        priority: numberOf(fieldsOf(state["feature_segment"])["priority"]) ?? Infinity,
        place: at(place, "feature_states", i),
      };
    }),
  );
  return overrides.sort((a, b) => (a.priority === b.priority ? 0 : a.priority - b.priority));
}

function identityOverrides(source: Fields): Override[] {
  return listOf(source["identity_overrides"]).flatMap((one, i) => {
    const identity = fieldsOf(one);
    const identifier = String(identity["identifier"]);
    return listOf(identity["identity_features"]).map((feature, j) => ({
      feature: featureOf(fieldsOf(feature)),
      id: `identity-${i + 1}`,
      identifier,
      when: leaf("targetingKey", "equals", [identifier]),
      state: fieldsOf(feature),
      place: at("/identity_overrides", i, "identity_features", j),
    }));
  });
}

const IS_EMPTY = leaf("targetingKey", "equals", [""]);

function addServe(list: RuleList, id: string, when: Lowered, serve: Serve, table: StateTable): void {
  const ofEmpty = table.emptyIdentifier(serve);
  if (ofEmpty !== undefined) list.add(`${id}.empty`, all(when, IS_EMPTY), { variant: ofEmpty });
  list.add(id, when, serve);
}

function lowerFeature(
  key: string,
  state: Fields,
  environmentKey: string,
  overrides: readonly Override[],
  place: string,
  notes: Notes,
  isOldHash: boolean,
): FlagInput {
  const table = new StateTable(environmentKey);
  if (isOldHash)
    notes.note(
      "/use_identity_composite_key_for_hashing",
      "these are the buckets of local evaluation; without consistent hashing, the Core API uses other buckets",
    );
  const serve = table.serve(state, place);
  const control = table.control(state);
  const list = new RuleList();
  for (const override of overrides) {
    const { id, when, identifier = "" } = override;
    if (identifier.includes(","))
      notes.approximate(
        override.place,
        `Flagsmith's SDK for Node.js splits the identifier "${identifier}" at the comma`,
      );
    const served = table.serve(override.state, override.place);
    addServe(list, id, when, served, table);
  }
  const ofEmpty = table.emptyIdentifier(serve);
  if (ofEmpty !== undefined && ofEmpty !== control) list.add("empty-identifier", IS_EMPTY, { variant: ofEmpty });
  return {
    key,
    kind: "flag",
    type: "object",
    variants: table.variants,
    clientVisible: false,
    metadata: {},
    enabled: true,
    // Without an identity, everybody gets the control value.
    offVariant: control,
    rules: list.rules,
    default: serve,
    prerequisites: [],
  };
}

/** Returns the context that an OpenFeature user sends in place of `{ identifier, traits }`. */
function toContext(context: unknown): EvaluationContext {
  const { identifier, traits } = fieldsOf(context);
  const attributes = Object.entries(fieldsOf(traits)).map(([name, trait]) => [
    name,
    isFields(trait) && "value" in trait ? trait["value"] : trait,
  ]);
  return {
    ...(Object.fromEntries(attributes) as Record<string, JsonValue>),
    ...(typeof identifier === "string" && { targetingKey: identifier }),
  };
}
