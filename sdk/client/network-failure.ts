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
  const before = BEFORE_SENDING.find(([pattern]) => pattern.test(code));
  const [, reason] = before ?? AFTER_SENDING.find(([pattern]) => pattern.test(code)) ?? [undefined, message];
  const text = [reason, code === "" ? "" : `(${code})`].filter(Boolean).join(" ");
  return new UnreachableError(`${origin} cannot be reached${text === "" ? "" : `: ${text}`}`, {
    cause: error,
    mayHaveHappened: isWrite && before === undefined && message !== "bad port",
  });
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
