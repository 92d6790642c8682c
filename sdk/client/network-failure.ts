import { UnreachableError } from "./errors.ts";

/** Descriptions of errors that occur before anything is sent. */
const BEFORE_SENDING: readonly (readonly [RegExp, string])[] = [
  [/^ENOTFOUND$/, "this host does not exist"],
  [/^EAI_/, "the host name cannot be looked up at the moment"],
  [/^ECONNREFUSED$/, "nothing accepts connections there"],
  [/^(?:EHOSTUNREACH|ENETUNREACH|ENETDOWN|EADDRNOTAVAIL)$/, "there is no route to the host"],
  [/^UND_ERR_CONNECT_TIMEOUT$/, "the host does not accept the connection in time"],
  [/CERT|SELF_SIGNED|^UNABLE_TO_/, "its TLS certificate is not trusted"],
  [/SSL|TLS|^EPROTO$/, "it does not speak TLS; is it http:// rather than https://?"],
];

/** Descriptions of errors after which the request may have arrived. */
const AFTER_SENDING: readonly (readonly [RegExp, string])[] = [
  [/^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET)$/, "the connection was closed before the response was complete"],
  [/^HPE_|^UND_ERR_.*(?:PARSE|EXCEED|LENGTH)/, "its response is not HTTP"],
];

/** Describes why a request got no response. */
export function networkFailure(error: unknown, origin: string, isWrite: boolean): UnreachableError {
  if (error instanceof Error && error.name === "TimeoutError") {
    return new UnreachableError(`${origin} did not respond in time`, { cause: error, mayHaveHappened: isWrite });
  }
  const { code, message } = rootOf(error);
  return new UnreachableError(unreachableText(error, origin), {
    cause: error,
    mayHaveHappened: isWrite && isUnknown(code, BEFORE_SENDING) && message !== "bad port",
  });
}

/** Returns a message that names the origin and the reason. Runtimes say no more than "fetch failed". */
export function unreachableText(error: unknown, origin: string): string {
  const { code, message } = rootOf(error);
  const [, reason] = [...BEFORE_SENDING, ...AFTER_SENDING].find(([pattern]) => pattern.test(code)) ?? [
    undefined,
    message,
  ];
  const text = [reason, code === "" ? "" : `(${code})`].filter(Boolean).join(" ");
  return `${origin} cannot be reached${text === "" ? "" : `: ${text}`}`;
}

function isUnknown(code: string, known: typeof BEFORE_SENDING): boolean {
  return !known.some(([pattern]) => pattern.test(code));
}

/** Returns the code and message of the innermost error. Runtimes wrap it in one or several others. */
function rootOf(error: unknown): { code: string; message: string } {
  let [current, code, message] = [error, "", ""];
  for (let depth = 0; depth < 5 && current instanceof Error; depth++) {
    if ("code" in current && typeof current.code === "string") code = current.code;
    message = current.message || message;
    current = current.cause ?? ("errors" in current && Array.isArray(current.errors) ? current.errors[0] : undefined);
  }
  return { code, message };
}
