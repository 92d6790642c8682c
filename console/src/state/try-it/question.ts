/** The question of Try it in the address of the page, so that it survives a reload and can be sent to others. */
import { exactJson } from "../../../../src/flags/formats/exact-numbers.ts";
import type { EvaluationInput } from "./subject.ts";

/** The time of an evaluation: an instant, a version of the environment, or now. */
export interface Moment {
  /** ISO 8601. */
  at?: string | undefined;
  version?: number | undefined;
}

/** The parts of the question, as the address has them. */
export interface Question {
  /** The context as JSON. */
  context?: string | undefined;
  /** The attributes of the request as JSON. */
  request?: string | undefined;
  at?: string | undefined;
  version?: string | undefined;
}

const SECRET_NAME = /pass(?:word|wd|phrase|code)|secret|token|credential|authorization|cookie|api[-_ ]?key/i;
/** Tokens and SDK keys of Burgee, secrets of webhooks, JSON Web Tokens, and headers with credentials. */
const SECRET_VALUE = /^(?:bg[a-z]_|whsec_|eyJ|Bearer |Basic )/;

/** Returns the parts of the question that an address has. */
export function questionOf({ context, request, at, version }: Readonly<Record<string, string>>): Question {
  return { context, request, at, version: at === undefined ? version : undefined };
}

export function momentOf({ at, version }: Question): Moment {
  if (at !== undefined) return { at };
  return version === undefined ? {} : { version: Number(version) };
}

/** Returns the question for the address, and the attributes that it leaves out because they look like secrets. */
export function addressOf(
  { context, request }: EvaluationInput,
  { at, version }: Moment,
): { question: Question; omitted: string[] } {
  const shown = withoutSecrets(context);
  const shownRequest = withoutSecrets(request ?? {});
  return {
    question: {
      context: exactJson(shown.values),
      request: Object.keys(shownRequest.values).length === 0 ? undefined : exactJson(shownRequest.values),
      at,
      version: version === undefined ? undefined : String(version),
    },
    omitted: [...shown.omitted, ...shownRequest.omitted],
  };
}

/** Returns the attributes that do not look like secrets, and the names of the others. */
export function withoutSecrets(attributes: Record<string, unknown>): {
  values: Record<string, unknown>;
  omitted: string[];
} {
  const entries = Object.entries(attributes);
  return {
    values: Object.fromEntries(entries.filter(([name, value]) => !isSecret(name, value))),
    omitted: entries.filter(([name, value]) => isSecret(name, value)).map(([name]) => name),
  };
}

/** Whether an attribute, or one inside it, looks like a secret. */
function isSecret(name: string, value: unknown): boolean {
  if (SECRET_NAME.test(name)) return true;
  if (typeof value === "string") return SECRET_VALUE.test(value);
  return (
    typeof value === "object" && value !== null && Object.entries(value).some(([key, part]) => isSecret(key, part))
  );
}
