/** A structured log. Each event is one line of JSON, so that Workers Logs can index its fields. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** The fields of an event. They never hold an evaluation context, a secret or a connection string. */
export type LogFields = Record<string, string | number | boolean | undefined>;

export const consoleLog: Log = {
  info: (event, fields) => console.log(JSON.stringify({ level: "info", event, ...fields })),
  warn: (event, fields) => console.warn(JSON.stringify({ level: "warn", event, ...fields })),
  error: (event, fields) => console.error(JSON.stringify({ level: "error", event, ...fields })),
};

/** Returns the name and message of an error and of its cause as log fields, without stacks. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error };
  const cause = error.cause instanceof Error ? `${error.cause.name}: ${error.cause.message}` : undefined;
  return { error: `${error.name}: ${error.message}`.slice(0, 500), cause: cause?.slice(0, 500) };
}
