/**
 * The forms of settings. Each message says which values are accepted and does not repeat the value, so no schema here
 * may keep valibot's own message.
 */
import * as v from "valibot";

const LOCAL_HOST = /^(?:localhost|[a-z0-9.-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

export const wholeNumber = (fallback: number, min: number, max: number) => {
  const rule = `must be a whole number from ${min} to ${max}`;
  return v.optional(
    v.pipe(
      v.union([v.pipe(v.string(rule), v.regex(/^\d*$/, rule)), v.number(rule)], rule),
      v.transform((value) => (value === "" ? fallback : Number(value))),
      v.integer(rule),
      v.minValue(min, rule),
      v.maxValue(max, rule),
    ),
    fallback,
  );
};

export const trueOrFalse = (fallback: boolean) =>
  v.optional(
    v.pipe(
      v.union([v.string("must be true or false"), v.boolean("must be true or false")], "must be true or false"),
      v.transform((value) => String(value).toLowerCase()),
      v.picklist(["true", "false"], "must be true or false"),
      v.transform((value) => value === "true"),
    ),
    fallback,
  );

/** A setting that may be left out. An empty text counts as left out. */
export const optionalText = <T extends v.GenericSchema<string, string>>(form: T) =>
  v.optional(
    v.union(
      [
        v.pipe(
          v.literal(""),
          v.transform(() => undefined),
        ),
        form,
      ],
      "must be text",
    ),
  );

const WEB_URL =
  "must be a URL like https://host without a user, a password or a query; http is accepted for localhost only";
export const webUrl = v.pipe(v.string(WEB_URL), v.check(isWebUrl, WEB_URL));

const TOKEN = "must be one word of ASCII characters";
/** A token is sent in a header, which cannot hold other characters. */
export const token = v.pipe(v.string(TOKEN), v.regex(/^[\u0021-\u007E]+$/, TOKEN));

const SECRET =
  "must have at least 32 characters on one line, without white space at its ends; make one with `openssl rand -hex 32`";
export const secret = v.pipe(
  v.string(SECRET),
  v.check((text) => text.length >= 32 && text.trim() === text && !/\p{Cc}/u.test(text), SECRET),
);

/** The rule for connection strings, for commands that check one themselves. */
export const CONNECTION_STRING =
  'must be a URL like postgres://user:password@host/database, without "psql", quotes or white space';
/** The Neon client needs a user as well. */
export const connectionString = v.pipe(
  v.string(CONNECTION_STRING),
  v.check((text) => hasUser(text) && isConnectionString(text), CONNECTION_STRING),
);

export const optionalBinding = <B>(method: keyof B & string, noun: string) =>
  v.optional(v.custom<B>((value) => typeof (value as Partial<B> | null)?.[method] === "function", `must be ${noun}`));

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
