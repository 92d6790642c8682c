/** The forms of settings. Each rule says which values are accepted, and does not repeat the value. */

const LOCAL_HOST = /^(?:localhost|[a-z0-9.-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** A value that its form does not accept. */
export class Refused {
  /** The accepted values, as the end of a sentence about the setting. */
  readonly rule: string;

  constructor(rule: string) {
    this.rule = rule;
  }
}

/** Returns the setting that a binding stands for. A binding that is not set is `undefined`. */
export type Form<T> = (value: unknown) => T | Refused;

export const wholeNumber = (fallback: number, min: number, max: number): Form<number> => {
  const refused = new Refused(`must be a whole number from ${min} to ${max}`);
  return (value) => {
    if (value === undefined || value === "") return fallback;
    const isNumeral = typeof value === "number" || (typeof value === "string" && /^\d+$/.test(value));
    const number = isNumeral ? Number(value) : NaN;
    return Number.isInteger(number) && number >= min && number <= max ? number : refused;
  };
};

export const trueOrFalse = (fallback: boolean): Form<boolean> => {
  return (value) => {
    if (value === undefined) return fallback;
    const text = typeof value === "string" || typeof value === "boolean" ? String(value).toLowerCase() : undefined;
    return text === "true" || text === "false" ? text === "true" : new Refused("must be true or false");
  };
};

/** A text that passes the check. */
export const textThat = (check: (text: string) => boolean, rule: string): Form<string> => {
  const refused = new Refused(rule);
  return (value) => (typeof value === "string" && check(value) ? value : refused);
};

/** A setting that may be left out. An empty text counts as left out. */
export const optionalText = (form: Form<string>): Form<string | undefined> => {
  return (value) => {
    if (value === undefined || value === "") return undefined;
    return typeof value === "string" ? form(value) : new Refused("must be text");
  };
};

/** A setting with a default. */
export const textOr = (form: Form<string>, fallback: string): Form<string> => {
  return (value) => (value === undefined ? fallback : form(value));
};

export const webUrl = textThat(
  isWebUrl,
  "must be a URL like https://host without a user, a password or a query; http is accepted for localhost only",
);

/** A token is sent in a header, which cannot hold other characters. */
export const token = textThat((text) => /^[\u0021-\u007E]+$/.test(text), "must be one word of ASCII characters");

export const secret = textThat(
  (text) => text.length >= 32 && text.trim() === text && !/\p{Cc}/u.test(text),
  "must have at least 32 characters on one line, without white space at its ends; make one with `openssl rand -hex 32`",
);

/**
 * The rule for connection strings, for commands that check one themselves. It contains no example, because the log
 * would remove that as a connection string.
 */
export const CONNECTION_STRING =
  'must be a URL of the scheme postgres or postgresql with user, host and database, without "psql", quotes or white space';
/** The Neon client needs a user as well. */
export const connectionString = textThat((text) => hasUser(text) && isConnectionString(text), CONNECTION_STRING);

export const optionalBinding = <B>(method: keyof B & string, noun: string): Form<B | undefined> => {
  return (value) => {
    if (value === undefined) return undefined;
    const isBinding = typeof (value as Partial<B> | null)?.[method] === "function";
    return isBinding ? (value as B) : new Refused(`must be ${noun}`);
  };
};

/** Whether the text is the URL of a Postgres database. The user may be left out. */
export function isConnectionString(text: string): boolean {
  const url = connectionUrl(text);
  return url !== undefined && url.hostname !== "" && url.pathname.length > 1;
}

function hasUser(text: string): boolean {
  return connectionUrl(text)?.username !== "";
}

/** Parses the text as a URL of the Web, because the parts of other URLs are not checked. */
function connectionUrl(text: string): URL | undefined {
  const rest = /^postgres(?:ql)?:\/\/([\u0021-\u007E]+)$/.exec(text)?.[1];
  if (rest === undefined || /['"`]/.test(rest)) return undefined;
  return URL.parse(`http://${rest}`) ?? undefined;
}

function isWebUrl(text: string): boolean {
  const url = /^https?:\/\/[\u0021-\u007E]+$/i.test(text) ? URL.parse(text) : null;
  if (url === null || url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") return false;
  return url.protocol === "https:" || LOCAL_HOST.test(url.hostname);
}
