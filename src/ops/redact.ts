import { percentDecoded } from "./percent-decoded.ts";

/**
 * Removes credentials from text. Drivers quote them in their errors: the Neon client repeats a connection string that
 * it cannot parse, and `fetch` repeats a URL with a password. The log, the error responses and the commands therefore
 * pass every text from elsewhere through this file.
 */
export type Redact = (text: string) => string;

/** Longer text is cut first, because the patterns below must stay cheap for text of any length. */
const MAX_LENGTH = 20_000;
/** Replacing shorter values would make messages unreadable: a password can be a common word. */
const MIN_SECRET_LENGTH = 6;

const SECRET_NAME = String.raw`[\w.-]*(?:passw(?:or)?d|passphrase|pwd|secret|token|credential|api[-_]?key|sdk-?key|authorization)[\w.-]*`;
/** A value in quotes, which may be left open, or up to the next separator. */
const VALUE = String.raw`(?:'(?:\\.|[^'\\])*'?|"(?:\\.|[^"\\])*"?|[^\s&,;'"]+)`;

const PATTERNS: readonly [pattern: RegExp, replacement: string][] = [
  [/\bpostgres(?:ql)?(?::|%3a)(?:\/\/|%2f%2f)[^\s'"`]*/gi, "(connection string)"],
  // User and password. The password may contain "/" or "@" unescaped, so this reaches to the last "@".
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s'"`<>]*@/gi, "$1(credentials)@"],
  [/\b(Bearer|Basic)\s+[^\s"',;]+/gi, "$1 (token)"],
  [/\bbg[acos]_[A-Za-z0-9_-]+/g, "(token)"],
  [/\bwhsec_[A-Za-z0-9+/]+=*/g, "(secret)"],
  // `password=…` of a connection string or a query, and members of JSON.
  [new RegExp(String.raw`\b(${SECRET_NAME})\s*=\s*${VALUE}`, "gi"), "$1=(secret)"],
  [new RegExp(String.raw`"(${SECRET_NAME})"\s*:\s*${VALUE}`, "gi"), '"$1":"(secret)"'],
];

/** Removes everything that looks like a credential: for text whose secrets are not known. */
export const redact: Redact = (text) => {
  let redacted = text.slice(0, MAX_LENGTH);
  for (const [pattern, replacement] of PATTERNS) redacted = redacted.replace(pattern, replacement);
  return redacted;
};

/**
 * Returns a function that also removes these values, wherever they stand and however they are escaped. `secrets` are
 * the values by the names of their settings; the names take their place.
 */
export function createRedact(secrets: Readonly<Record<string, string | undefined>>): Redact {
  const forms = new Map<string, string>();
  for (const [name, value] of Object.entries(secrets)) {
    for (const form of formsOf(value ?? "")) if (form.length >= MIN_SECRET_LENGTH) forms.set(form, `(${name})`);
  }
  // A connection string contains its password, so it comes first.
  const known = [...forms].toSorted(([a], [b]) => b.length - a.length);
  return (text) => {
    let redacted = text.slice(0, MAX_LENGTH);
    for (const [form, name] of known) redacted = redacted.replaceAll(form, name);
    return redact(redacted);
  };
}

/** Returns the texts by which a message can repeat a secret: itself, a password in it, and their escaped forms. */
function formsOf(value: string): string[] {
  const parts = [value, value.trim(), ...passwordsIn(value)];
  return parts.flatMap((part) => [part, encodeURIComponent(part.toWellFormed()), JSON.stringify(part).slice(1, -1)]);
}

function passwordsIn(value: string): string[] {
  const inUrl = /:\/\/[^:/?#]*:(.*)@/s.exec(value)?.[1];
  const inPairs = /\bpassword\s*=\s*(?:'([^']*)'?|(\S+))/i.exec(value);
  const raw = [inUrl, inPairs?.[1], inPairs?.[2]].filter((part) => part !== undefined && part !== "");
  return raw.flatMap((part = "") => [part, percentDecoded(part)]);
}
