import { type Redact, redact } from "./redact.ts";

/** A structured log. Each event is one line of JSON, so that Workers Logs can index its fields. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** The fields of an event. They never hold an evaluation context, a secret or a connection string. */
export type LogFields = Record<string, string | number | boolean | undefined>;

/** The longest text of one field. */
const MAX_FIELD_LENGTH = 500;
/** Bounds the causes that one line repeats: causes can form a cycle. */
const MAX_CAUSES = 6;

const printed: Log = {
  info: (event, fields) => console.log(JSON.stringify({ level: "info", event, ...fields })),
  warn: (event, fields) => console.warn(JSON.stringify({ level: "warn", event, ...fields })),
  error: (event, fields) => console.error(JSON.stringify({ level: "error", event, ...fields })),
};

/** Writes to the console, without anything that looks like a credential. */
export const consoleLog: Log = redactingLog(printed, redact);

/** Returns a log that passes every text through `redact`. It also cuts long texts, but only after that. */
export function redactingLog(log: Log, redact: Redact): Log {
  const cleaned = (fields: LogFields | undefined): LogFields | undefined =>
    fields &&
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [
        name,
        typeof value === "string" ? redact(value).slice(0, MAX_FIELD_LENGTH) : value,
      ]),
    );
  return {
    info: (event, fields) => log.info(event, cleaned(fields)),
    warn: (event, fields) => log.warn(event, cleaned(fields)),
    error: (event, fields) => log.error(event, cleaned(fields)),
  };
}

/** Returns the names and messages of an error and of its causes as log fields, without stacks. The log redacts them. */
export function errorFields(error: unknown): LogFields {
  const [first = typeof error, ...causes] = describeError(error);
  return { error: first, cause: causes.length === 0 ? undefined : causes.join("; ") };
}

/** Returns the error, its causes and the errors that it collects, as "name: message". Redact them before showing. */
export function describeError(error: unknown): string[] {
  const texts: string[] = [];
  const pending: unknown[] = [error];
  while (pending.length > 0 && texts.length < MAX_CAUSES) {
    const next = pending.shift();
    // Anything can be thrown. An object of an unknown kind may hold anything, so only its type is shown.
    texts.push(next instanceof Error ? `${next.name}: ${next.message}` : typeof next === "string" ? next : typeof next);
    if (!(next instanceof Error)) continue;
    if (next instanceof AggregateError) pending.push(...next.errors);
    if (next.cause !== undefined) pending.push(next.cause);
  }
  return texts;
}
