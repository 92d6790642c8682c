import type { AttributePath, JsonScalar, Operator } from "../../../../src/flags/document.ts";
import { checkPattern, isExpression } from "../../lowering/pattern.ts";
import { callerAttribute } from "../../lowering/attribute.ts";
import { all, any, isOneOf, leaf, type Lowered, not } from "../../lowering/condition.ts";
import { NotImportable, type Notes } from "../../lowering/draft.ts";
import { checkShape } from "../../lowering/shape.ts";
import { at, type Fields, fieldsOf, listOf, numberOf, textOf, textsOf } from "../../lowering/source.ts";
import type { SplitSource } from "./source.ts";
import { CONTROL, type Treatments } from "./treatments.ts";
import { lowerVersion } from "./versions.ts";

/** The part of the source that matchers refer to. */
export interface LookupScope {
  source: SplitSource;
  treatmentsOf: (split: string) => Treatments | undefined;
}

/** Everything that matchers need. */
export interface MatcherScope extends LookupScope {
  notes: Notes;
}

/** Thrown for a matcher that Split's SDKs do not know. They then give control to every key. */
export class UnknownMatcher extends Error {
  override readonly name = "UnknownMatcher";
}

/** Returns the conjunction of the matchers of a condition. */
export function lowerMatchers(group: unknown, place: string, scope: MatcherScope): Lowered {
  const matchers = listOf(fieldsOf(group)["matchers"]);
  if (matchers.length === 0) throw new UnknownMatcher("no matchers");
  return all(
    ...matchers.map((one, i) => {
      const matcher = fieldsOf(one);
      const condition = lowerMatcher(matcher, at(place, "matchers", i), scope);
      return matcher["negate"] === true ? not(condition) : condition;
    }),
  );
}

const DAY = 86_400_000;
const MINUTE = 60_000;

function lowerMatcher(matcher: Fields, place: string, scope: MatcherScope): Lowered {
  const type = textOf(matcher["matcherType"]) ?? "";
  const name = textOf(fieldsOf(matcher["keySelector"])["attribute"]);
  const attribute = attributeOf(name, place);
  const list = textsOf(fieldsOf(matcher["whitelistMatcherData"])["whitelist"]);
  const odd = name === undefined ? undefined : oddInputOf(type);
  if (odd !== undefined) scope.notes.note(at(place, "keySelector", "attribute"), `"${name}": ${odd}`);
  switch (type) {
    case "ALL_KEYS":
      return name === undefined || hasText(attribute);
    case "WHITELIST":
      return equalsOneOf(attribute, list);
    case "STARTS_WITH":
      return textTest(attribute, "starts_with", list);
    case "ENDS_WITH":
      return textTest(attribute, "ends_with", list);
    case "CONTAINS_STRING":
      return textTest(attribute, "contains", list);
    case "MATCHES_STRING":
      return matches(attribute, matcher["stringMatcherData"], at(place, "stringMatcherData"));
    case "EQUAL_TO":
    case "GREATER_THAN_OR_EQUAL_TO":
    case "LESS_THAN_OR_EQUAL_TO":
    case "BETWEEN":
      // A key is not a number, and Split does not read it as one.
      return name !== undefined && numeric(type, attribute, matcher, place);
    case "CONTAINS_ANY_OF_SET":
      return all(isList(attribute), element(attribute, list));
    case "CONTAINS_ALL_OF_SET":
      return all(isList(attribute), ...list.map((value) => element(attribute, [value])));
    case "EQUAL_TO_SET":
    case "PART_OF_SET":
      throw new NotImportable(at(place, "matcherType"), `${type} needs a test of every element of a list`);
    case "EQUAL_TO_BOOLEAN":
      return isBoolean(attribute, matcher["booleanMatcherData"]);
    case "EQUAL_TO_SEMVER":
    case "GREATER_THAN_OR_EQUAL_TO_SEMVER":
    case "LESS_THAN_OR_EQUAL_TO_SEMVER":
    case "BETWEEN_SEMVER":
    case "IN_LIST_SEMVER":
      return lowerVersion(type, attribute, matcher);
    case "IN_SPLIT_TREATMENT":
      expectKey(name, place);
      return servesOneOf(fieldsOf(matcher["dependencyMatcherData"]), scope);
    case "IN_SEGMENT":
      return inSegment(textOf(fieldsOf(matcher["userDefinedSegmentMatcherData"])["segmentName"]), name, place, scope);
    case "IN_RULE_BASED_SEGMENT":
      expectKey(name, place);
      return inRuleSegment(textOf(fieldsOf(matcher["userDefinedSegmentMatcherData"])["segmentName"]), place, scope);
    case "IN_LARGE_SEGMENT":
      throw new NotImportable(at(place, "matcherType"), "the keys of a large segment are not in the definitions");
    default:
      throw new UnknownMatcher(type);
  }
}

/** Returns the forms of an attribute that Split reads and Burgee does not, for a note. */
function oddInputOf(type: string): string | undefined {
  switch (type) {
    case "ALL_KEYS":
    case "WHITELIST":
    case "STARTS_WITH":
    case "ENDS_WITH":
    case "CONTAINS_STRING":
    case "MATCHES_STRING":
    case "IN_SEGMENT":
      return "Split reads a list as its elements joined by commas; here, a list matches nothing";
    case "EQUAL_TO":
    case "GREATER_THAN_OR_EQUAL_TO":
    case "LESS_THAN_OR_EQUAL_TO":
    case "BETWEEN":
      return "Split reads white space and text such as 0x10 as numbers; Burgee does not";
    case "EQUAL_TO_SEMVER":
    case "GREATER_THAN_OR_EQUAL_TO_SEMVER":
    case "LESS_THAN_OR_EQUAL_TO_SEMVER":
    case "BETWEEN_SEMVER":
    case "IN_LIST_SEMVER":
      return "Split accepts versions with leading zeros; Burgee does not";
    default:
      return undefined;
  }
}

function attributeOf(name: string | undefined, place: string): AttributePath {
  if (name === undefined) return "targetingKey";
  if (name === "targetingKey" || name === "request")
    throw new NotImportable(at(place, "keySelector", "attribute"), `"${name}" has a meaning of its own in Burgee`);
  return callerAttribute(name);
}

/** Split would evaluate the other flag, or the segment, for the attribute's value in place of the key. */
function expectKey(attribute: string | undefined, place: string): void {
  if (attribute !== undefined)
    throw new NotImportable(at(place, "keySelector", "attribute"), "the attribute takes the place of the key");
}

const TEXT = { read: "text" } as const;
const NUMBER = { read: "number" } as const;

function hasText(attribute: AttributePath): Lowered {
  return leaf(attribute, "matches", ["(?s)^."], TEXT);
}

/** The empty text counts as missing. */
function equalsOneOf(attribute: AttributePath, list: readonly string[]): Lowered {
  return isOneOf(
    attribute,
    list.filter((value) => value !== ""),
    TEXT,
  );
}

function textTest(attribute: AttributePath, operator: Operator, list: readonly string[]): Lowered {
  if (list.includes("")) return hasText(attribute);
  return leaf(attribute, operator, list, TEXT);
}

/** A pattern that JavaScript refuses matches nothing. */
function matches(attribute: AttributePath, pattern: unknown, place: string): Lowered {
  const text = String(pattern);
  if (!isExpression(text)) return false;
  checkPattern(text, place);
  return text === "" ? hasText(attribute) : all(hasText(attribute), leaf(attribute, "matches", [text], TEXT));
}

function numeric(type: string, attribute: AttributePath, matcher: Fields, place: string): Lowered {
  const isBetween = type === "BETWEEN";
  const field = isBetween ? "betweenMatcherData" : "unaryNumericMatcherData";
  const { dataType, value, start, end } = fieldsOf(matcher[field]);
  const [from, to] = (isBetween ? [start, end] : [value, value]).map(numberOf);
  if (from === undefined || to === undefined) throw new NotImportable(at(place, field), "it has no number");
  const lowest = type === "LESS_THAN_OR_EQUAL_TO" ? -Infinity : from;
  const highest = type === "GREATER_THAN_OR_EQUAL_TO" ? Infinity : to;
  if (dataType !== "DATETIME") {
    const holds = (number: number): boolean => number >= lowest && number <= highest;
    return numberTest(attribute, [["gte", lowest], ["lte", highest]], holds); // prettier-ignore
  }
  // Split compares whole days for equality, and else whole minutes.
  const unit = type === "EQUAL_TO" ? DAY : MINUTE;
  const first = Math.floor(lowest / unit) * unit;
  const past = (Math.floor(highest / unit) + 1) * unit;
  const holds = (number: number): boolean => number >= first && number < past;
  return numberTest(attribute, [["gte", first], ["lt", past]], holds); // prettier-ignore
}

/** Split's SDK for JavaScript reads nothing, `null` and `false` as 0, and `true` as 1. */
function numberTest(
  attribute: AttributePath,
  bounds: readonly (readonly [Operator, number])[],
  holds: (number: number) => boolean,
): Lowered {
  const finite = bounds.filter(([, bound]) => Number.isFinite(bound));
  const special: JsonScalar[] = [...(holds(0) ? [null, false, ""] : []), ...(holds(1) ? [true] : [])];
  return any(
    all(...finite.map(([operator, bound]) => leaf(attribute, operator, [bound], NUMBER))),
    leaf(attribute, "in", special),
  );
}

function isList(attribute: AttributePath): Lowered {
  return all(leaf(attribute, "in", ["array"], { read: "type" }), leaf(attribute, "gt", [0], { read: "length" }));
}

function element(attribute: AttributePath, values: readonly string[]): Lowered {
  return leaf(attribute, "in", values, { read: "text", each: true });
}

function isBoolean(attribute: AttributePath, value: unknown): Lowered {
  if (typeof value !== "boolean") return false;
  return any(leaf(attribute, "in", [value]), leaf(attribute, "in", [String(value)], { caseInsensitive: true }));
}

/** A flag that does not exist gives control. */
function servesOneOf({ split, treatments }: Fields, { treatmentsOf }: MatcherScope): Lowered {
  const wanted = textsOf(treatments);
  const flag = textOf(split) ?? "";
  const known = treatmentsOf(flag);
  if (known === undefined) return wanted.includes(CONTROL);
  const serves = (variants: string[]): Lowered => variants.length > 0 && { flag, variants };
  return any(serves(known.variantsOf(wanted)), wanted.includes(CONTROL) && not(serves(known.all())));
}

export function inSegment(
  segmentName: string | undefined,
  attributeName: string | undefined,
  place: string,
  { source }: MatcherScope,
): Lowered {
  const segment = source.segments.get(segmentName ?? "");
  if (segment === undefined)
    throw new NotImportable(place, `the source lacks the keys of segment "${segmentName ?? ""}"; add them`);
  if (attributeName === undefined) return { segment: segment.key };
  checkShape(segment.keys, { list: "text" }, segment.place);
  return equalsOneOf(attributeOf(attributeName, place), textsOf(segment.keys));
}

/** Returns the condition of a segment of keys. */
export function keysCondition(keys: readonly string[]): Lowered {
  return equalsOneOf("targetingKey", keys);
}

export function inRuleSegment(segmentName: string | undefined, place: string, { source }: MatcherScope): Lowered {
  if (source.ruleSegments === undefined)
    throw new NotImportable(place, "the source has no rule-based segments (rbs): request /splitChanges with s=1.3");
  const segment = source.ruleSegments.get(segmentName ?? "");
  // Split's SDKs drop archived segments, and no key is in a segment that they do not have.
  if (segment === undefined || segment.fields["status"] === "ARCHIVED") return false;
  return { segment: segment.key };
}
