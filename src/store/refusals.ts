/** The reasons why Postgres refuses a statement, by SQLSTATE or its class. The longest match applies. */
const REASONS: Readonly<Record<string, string>> = {
  "08": "its connection failed",
  "25006": "it is read-only",
  "25": "the state of its transaction does not allow it",
  "28": "it refused the credentials",
  "3D": "the database does not exist",
  "42": "its schema is not the one that this version needs, so check that all migrations are applied",
  "42501": "the worker's database role lacks a right",
  "53": "it is short of a resource",
  "53100": "its disk is full",
  "53200": "it is out of memory",
  "53300": "it has too many connections",
  "54": "a limit of the database is exceeded",
  "55P03": "another transaction holds a lock on the same rows",
  "57": "it is starting, restarting or shutting down",
  "57014": "it took too long",
  "58": "its system failed",
};

/** Says that the store refused a statement, why, and with which SQLSTATE. */
export function refusalText(code: string, attempt: "read" | "write"): string {
  const sqlClass = code.slice(0, 2);
  const reason = REASONS[code] ?? REASONS[sqlClass] ?? "it failed";
  const text = `the store refused to ${attempt}: ${reason} (SQLSTATE ${code}, class ${sqlClass})`;
  return attempt === "read" ? text : `${text}; nothing was changed`;
}

/**
 * Whether Postgres may have committed in spite of the error: a connection or server that ends can do so after the
 * commit. Every other error ends the transaction.
 */
export function isOutcomeUnknown(code: string): boolean {
  return code.startsWith("08") || ["40003", "57P01", "57P02"].includes(code);
}
