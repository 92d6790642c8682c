/** The calls of a service binding to the entrypoint `Flags`, as the calling Worker sees them. */
import type { Context, Details } from "../evaluation/details.ts";
import type { JsonValue } from "../flags/document.ts";

/** The settings of a binding, in the configuration of the calling Worker. Its code cannot change them. */
export interface FlagsProps {
  /** The key of the environment whose flags the calls see. */
  environment: string;
  /** `server` sees all flags, and `client` those for clients, with errors that say nothing about rules. */
  kind: "server" | "client";
}

/** A request whose country, language and so on flags can depend on. A `Request` is one. */
export interface PassedRequest {
  readonly url?: string;
  readonly headers: { get(name: string): string | null } | Readonly<Record<string, string>>;
  /** Cloudflare's facts about the visitor. */
  readonly cf?: unknown;
}

/** The inputs of a call besides its context. */
export interface CallOptions {
  /** The source of `request.*` and of signed overrides. Without it, a flag sees no such attribute. */
  request?: PassedRequest | undefined;
}

export interface BootstrapOptions extends CallOptions {
  /**
   * The page's client key, and the address of the deployment as the page knows it. With them, the body is the one that
   * the page's own request gets, change stream included.
   */
  client?: { url: string; key: string } | undefined;
}

/** The details of one evaluation through a binding. */
export interface BindingDetails<T> extends Details<T> {
  /** Set if Burgee could not reach its sources, and used the last flags that it knows. */
  stale?: true;
  /** The id of the rule that decided, if a rule did. Client bindings do not learn it. */
  ruleId?: string;
}

/** An error of a whole call. */
interface Failure {
  errorCode?: NonNullable<Details<unknown>["errorCode"]>;
  errorMessage?: string;
}

/** The details of every flag. `null` is the value of a flag that has none for the caller. */
export interface AllFlags extends Failure {
  /** By the flag's key. Empty after an error. */
  flags: Record<string, Omit<BindingDetails<JsonValue>, "stale">>;
  /** The version of the environment; 0 after an error. */
  version: number;
  /** As in {@link BindingDetails}. */
  stale?: true;
}

/** The response that a page's first request would get, for a page that starts with it. */
export interface Bootstrap extends Failure {
  context: object;
  /** Empty after an error, like the body. The page must then ask for its flags itself. */
  etag: string;
  body: string;
}

/**
 * A service binding to the entrypoint `Flags`, such as `env.FLAGS`. No call throws for any flag or context: the caller
 * gets its default, and the details say why.
 */
export interface FlagsBinding {
  /** Returns a boolean flag's value, or the default if the flag has none for the caller. */
  boolean(key: string, fallback: boolean, context?: Context, options?: CallOptions): Promise<boolean>;
  /** As {@link boolean}, for a string flag. */
  string(key: string, fallback: string, context?: Context, options?: CallOptions): Promise<string>;
  /** As {@link boolean}, for an integer or float flag. */
  number(key: string, fallback: number, context?: Context, options?: CallOptions): Promise<number>;
  /** As {@link boolean}, for an object or json flag. */
  object<T extends JsonValue>(key: string, fallback: T, context?: Context, options?: CallOptions): Promise<T>;
  /** Returns a flag's value with its variant, reason and error, as OpenFeature defines them. */
  details<T extends JsonValue>(
    key: string,
    fallback: T,
    context?: Context,
    options?: CallOptions,
  ): Promise<BindingDetails<T>>;
  /** Evaluates every flag that the binding may see, with one draw of each sample. */
  all(context?: Context, options?: CallOptions): Promise<AllFlags>;
  /** Returns the flags for clients as the page's OFREP provider receives them. */
  bootstrap(context?: Context, options?: BootstrapOptions): Promise<Bootstrap>;
}
