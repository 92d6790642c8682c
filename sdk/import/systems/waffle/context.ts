import type { EvaluationContext } from "../../../../src/evaluation/types.ts";
import type { JsonValue } from "../../../../src/flags/document.ts";
import { type Fields, fieldsOf, scalarText, textOf } from "../../lowering/source.ts";
import type { Settings } from "./settings.ts";

/**
 * Returns the context for a request of Django: `{ visitor, user, LANGUAGE_CODE, COOKIES, GET, headers }`, where a
 * user is `{ pk, username, is_authenticated, is_staff, is_superuser, groups, groupNames }`.
 */
export function contextOf(
  request: unknown,
  flagNames: readonly string[],
  { override, cookie, testCookie }: Settings,
): EvaluationContext {
  const { visitor, user, LANGUAGE_CODE, COOKIES, GET, headers } = fieldsOf(request);
  const cookies = fieldsOf(COOKIES);
  const query = fieldsOf(GET);
  const context: EvaluationContext = userAttributes(fieldsOf(user));
  const key = scalarText(visitor) || scalarText(context["userId"]);
  if (key !== "") context.targetingKey = key;
  const language = textOf(LANGUAGE_CODE);
  if (language !== undefined) context["language"] = language;
  if (override) context["query"] = query as JsonValue;
  for (const name of flagNames) {
    const remembered = cookie(name);
    if (Object.hasOwn(cookies, remembered)) context[remembered] = scalarText(cookies[remembered]);
    const test = testCookie(name);
    const isOn = testOf(test, { cookies, query, headers: fieldsOf(headers) });
    if (isOn !== undefined) context[test] = isOn;
  }
  return context;
}

function userAttributes(user: Fields): EvaluationContext {
  const { username, is_authenticated: isAuthenticated, is_staff: isStaff, is_superuser: isSuperuser } = user;
  const id = user["pk"] ?? user["id"];
  const isKnown = scalarText(id) !== "";
  const attributes = {
    userId: isKnown ? id : undefined,
    username,
    authenticated: isAuthenticated ?? isKnown,
    staff: isStaff,
    superuser: isSuperuser,
    groups: user["groups"],
    groupNames: user["groupNames"],
  };
  return Object.fromEntries(
    Object.entries(attributes).filter(([, value]) => value !== undefined && value !== null),
  ) as EvaluationContext;
}

interface Request {
  cookies: Fields;
  query: Fields;
  headers: Fields;
}

/** Returns the result that a test asks for: the query counts before the header, and the header before the cookie. */
function testOf(test: string, { cookies, query, headers }: Request): boolean | undefined {
  if (Object.hasOwn(query, test)) return scalarText(query[test]) === "1";
  const header = test.replaceAll("_", "-").toLowerCase();
  const sent = Object.entries(headers).find(([name]) => name.toLowerCase() === header);
  if (sent !== undefined) return scalarText(sent[1]) === "1";
  return Object.hasOwn(cookies, test) ? scalarText(cookies[test]) === "True" : undefined;
}
