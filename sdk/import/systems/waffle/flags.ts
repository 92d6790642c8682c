import { type AttributePath, NATIVE_SCHEME, type Rule, WEIGHT_TOTAL } from "../../../../src/flags/document.ts";
import { callerAttribute } from "../../lowering/attribute.ts";
import { exists, leaf, type Lowered } from "../../lowering/condition.ts";
import { NotImportable, type Notes } from "../../lowering/draft.ts";
import { checkShape, type Shape } from "../../lowering/shape.ts";
import { at, type Fields, listOf, numberOf, scalarText, textOf } from "../../lowering/source.ts";
import type { FlagInput } from "../../types.ts";
import type { Row } from "./source.ts";
import type { Settings } from "./settings.ts";

/** The columns of flags, switches and samples. A percentage is text or a number. */
const ROW: Shape = {
  fields: {
    everyone: "boolean",
    testing: "boolean",
    superusers: "boolean",
    staff: "boolean",
    authenticated: "boolean",
    languages: "text",
    rollout: "boolean",
    note: "text",
    users: { list: "any" },
    groups: { list: "any" },
    active: "boolean",
  },
};

const ON = "on";
const OFF = "off";

/** Returns the parts of a flag that its configuration does not change. */
function baseOf({ key, kind, fields }: Row): FlagInput {
  const note = textOf(fields["note"]) ?? "";
  return {
    key,
    kind,
    type: "boolean",
    ...(note !== "" && { description: note }),
    variants: { [ON]: true, [OFF]: false },
    clientVisible: false,
    metadata: {},
    enabled: true,
    offVariant: OFF,
    rules: [],
    default: { variant: OFF },
    prerequisites: [],
  };
}

export function lowerRow(row: Row, settings: Settings, notes: Notes): FlagInput {
  if (row.problem !== undefined) throw new NotImportable(row.place, row.problem);
  checkShape(row.fields, ROW, at(row.place, "fields"));
  if (row.key !== row.name) {
    const text = `its key is "${row.key}", because another row has the name "${row.name}"; change the name in your code`;
    notes.note(at(row.place, "fields", "name"), text);
  }
  if (row.isMissing) return lowerMissing(row, settings, notes);
  switch (row.kind) {
    case "flag":
      return lowerFlag(row, settings, notes);
    case "switch":
      return { ...baseOf(row), enabled: row.fields["active"] === true, default: { variant: ON } };
    case "sample":
      return lowerSample(row, notes);
  }
}

/** Returns the flag of a name that the dump lacks. */
function lowerMissing(row: Row, { defaults }: Settings, notes: Notes): FlagInput {
  const isOn = defaults[row.kind];
  const setting = `WAFFLE_${row.kind.toUpperCase()}_DEFAULT`;
  notes.note("", `the dump has no ${row.kind} "${row.name}"; it is ${isOn ? ON : OFF}, as ${setting} says`);
  const flag = baseOf(row);
  if (row.kind === "sample") return { ...flag, default: { draw: { weights: [[isOn ? ON : OFF, WEIGHT_TOTAL]] } } };
  return { ...flag, enabled: isOn, default: { variant: ON } };
}

/** The order of the rules is the order in which waffle asks. The first rule that applies decides. */
function lowerFlag(row: Row, settings: Settings, notes: Notes): FlagInput {
  const { fields, name } = row;
  const { everyone } = fields;
  const rules: Rule[] = [];
  if (settings.override) rules.push(...switchRules("override", ["query", name], ["1"]));
  if (everyone === true) rules.push({ id: "everyone", serve: { variant: ON } });
  // A disabled flag keeps its rules for the day on which it is no longer off for everyone.
  if (everyone === false && settings.override) rules.push({ id: "everyone", serve: { variant: OFF } });
  if (fields["testing"] === true)
    rules.push(...switchRules("testing", callerAttribute(settings.testCookie(name)), [true, "1", "True"]));
  rules.push(...audienceRules(row), ...percentRules(row, settings, notes));
  return { ...baseOf(row), enabled: everyone !== false || settings.override, rules };
}

/** Returns rules that switch the flag on if the attribute has one of the values, and off if it has another. */
function switchRules(id: string, attribute: AttributePath, on: (string | boolean)[]): Rule[] {
  return [
    { id: `${id}-on`, when: { attribute, operator: "in", values: on }, serve: { variant: ON } },
    { id: `${id}-off`, when: exists(attribute), serve: { variant: OFF } },
  ];
}

function audienceRules({ fields, place }: Row): Rule[] {
  const languages = (textOf(fields["languages"]) ?? "").split(",").map((language) => language.trim());
  const users = membersOf(fields, "users", place);
  const groups = membersOf(fields, "groups", place);
  const audiences: [id: string, when: Lowered][] = [
    [
      "languages",
      leaf(
        "language",
        "in",
        languages.filter((language) => language !== ""),
      ),
    ],
    ["authenticated", fields["authenticated"] === true && leaf("authenticated", "in", [true])],
    ["staff", fields["staff"] === true && leaf("staff", "in", [true])],
    // The column's default is true.
    ["superusers", fields["superusers"] !== false && leaf("superuser", "in", [true])],
    ["users", leaf("userId", "in", users.ids, { read: "text" })],
    ["usernames", leaf("username", "in", users.names)],
    ["groups", leaf("groups", "in", groups.ids, { read: "text", each: true })],
    ["group-names", leaf("groupNames", "in", groups.names, { each: true })],
  ];
  return audiences.flatMap(([id, when]) => (typeof when === "object" ? [{ id, when, serve: { variant: ON } }] : []));
}

interface Members {
  ids: string[];
  /** With `dumpdata --natural-foreign`, a member is `["name"]`. */
  names: string[];
}

function membersOf(fields: Fields, column: string, place: string): Members {
  const members: Members = { ids: [], names: [] };
  listOf(fields[column]).forEach((member, i) => {
    const [name, ...others] = listOf(member);
    const id = scalarText(member);
    if (id !== "") members.ids.push(id);
    else if (typeof name === "string" && name !== "" && others.length === 0) members.names.push(name);
    else
      throw new NotImportable(
        at(place, "fields", column, i),
        "it is neither an id nor one name; dump without --natural-foreign",
      );
  });
  return members;
}

function percentRules({ fields, name, place }: Row, { cookie }: Settings, notes: Notes): Rule[] {
  const weight = weightOf(fields, place, notes);
  if (weight === 0) return [];
  const remembered = cookie(name);
  notes.note(
    at(place, "fields", "percent"),
    `waffle draws this percentage at random per visitor and remembers it in the cookie ${remembered}: pass the cookie as the attribute "${remembered}" and the visitor keeps the result; other visitors get the same share, by the hash of their targetingKey; a request without request.user never gets the percentage in waffle, and does here`,
  );
  if (fields["rollout"] === true)
    notes.note(
      at(place, "fields", "rollout"),
      "the cookie ends with the browser's session; by targetingKey, the result stays until the percentage changes",
    );
  const by = ["targetingKey"];
  return [
    ...switchRules("remembered", callerAttribute(remembered), ["True"]),
    {
      id: "percent",
      serve: { rollout: { by, salt: name, hash: NATIVE_SCHEME, weights: [[ON, weight]], onMissingKey: "random" } },
    },
  ];
}

/** Returns a percentage as a weight. Waffle's columns have one decimal. */
function weightOf({ percent }: Fields, place: string, notes: Notes): number {
  if (percent === null || percent === undefined) return 0;
  const number = numberOf(percent);
  const where = at(place, "fields", "percent");
  if (number === undefined || !Number.isFinite(number))
    throw new NotImportable(where, `percent is ${JSON.stringify(percent)}, which is not a number`);
  const weight = (Math.min(Math.max(number, 0), 100) * WEIGHT_TOTAL) / 100;
  const rounded = Math.round(weight);
  if (Math.abs(weight - rounded) > 1e-6)
    notes.approximate(where, `${number}% is rounded to ${(rounded * 100) / WEIGHT_TOTAL}%`);
  return rounded;
}

function lowerSample(row: Row, notes: Notes): FlagInput {
  const weight = weightOf(row.fields, row.place, notes);
  const weights: [string, number][] = [
    [ON, weight],
    [OFF, WEIGHT_TOTAL - weight],
  ];
  if (weight > 0 && weight < WEIGHT_TOTAL)
    notes.note(
      at(row.place, "fields", "percent"),
      "waffle draws in each call; over HTTP, Burgee draws once in each request",
    );
  return { ...baseOf(row), default: { draw: { weights: weights.filter(([, share]) => share > 0) } } };
}
