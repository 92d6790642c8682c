import type {
  AnyProviderEvent,
  EvaluationContext,
  EventContext,
  EventHandler,
  JsonValue,
  Provider,
  ProviderEventEmitter,
  ResolutionDetails,
} from "@openfeature/server-sdk";
import type { JsonValue as FlagValue } from "../../src/flags/document.ts";
import { Flags } from "./flags.ts";
import type { FlagsOptions } from "./options.ts";
import { RefusedError } from "./response.ts";

/** The events of a provider. OpenFeature's own class would make the SDK a dependency of code that does without it. */
class ProviderEvents implements ProviderEventEmitter<AnyProviderEvent> {
  /** By the event's text, which needs no enumeration of the SDK at run time. */
  readonly #handlers = new Map<string, EventHandler[]>();

  emit(event: `${AnyProviderEvent}`, context?: object): void {
    for (const handler of this.#handlers.get(event) ?? []) void handler(context as never);
  }

  addHandler(event: AnyProviderEvent, handler: EventHandler): void {
    this.#handlers.set(event, [...this.getHandlers(event), handler]);
  }

  removeHandler(event: AnyProviderEvent, handler: EventHandler): void {
    this.#handlers.set(
      event,
      this.getHandlers(event).filter((other) => other !== handler),
    );
  }

  removeAllHandlers(event?: AnyProviderEvent): void {
    if (event === undefined) this.#handlers.clear();
    else this.#handlers.delete(event);
  }

  getHandlers(event: AnyProviderEvent): EventHandler[] {
    return this.#handlers.get(event) ?? [];
  }

  setLogger(): this {
    return this;
  }
}

/**
 * An OpenFeature provider for servers that evaluates flags in this process.
 *
 * @example
 * await OpenFeature.setProviderAndWait(new BurgeeProvider({ url: "https://flags.example.com", key }));
 */
export class BurgeeProvider implements Provider {
  readonly runsOn = "server";
  readonly metadata = { name: "burgee" };
  readonly events = new ProviderEvents();
  /** The flags, for calls that do not go through OpenFeature. */
  readonly flags: Flags;

  /** @throws TypeError an option is not usable; names it */
  constructor(options: FlagsOptions) {
    this.flags = new Flags(options);
    const emit = (event: `${AnyProviderEvent}`, context?: EventContext) => this.events.emit(event, context);
    this.flags.on("change", (flagsChanged) => emit("PROVIDER_CONFIGURATION_CHANGED", { flagsChanged }));
    this.flags.on("ready", () => emit("PROVIDER_READY"));
    this.flags.on("stale", ({ message }) => emit("PROVIDER_STALE", { message }));
    this.flags.on("error", ({ message }) => {
      // A file that cannot be written is no reason to distrust the flags.
      if (this.flags.status === "failed") emit("PROVIDER_ERROR", { message });
    });
  }

  /** @throws Error there are no flags: neither the deployment nor a file has them. The attempts go on. */
  async initialize(): Promise<void> {
    try {
      await this.flags.start();
    } catch (error) {
      // OpenFeature's code for errors that waiting does not solve.
      if (error instanceof RefusedError) Object.assign(error, { code: "PROVIDER_FATAL" });
      throw error;
    }
    // OpenFeature calls a provider ready when this returns, so a stale state is announced afterwards.
    setTimeout(() => this.flags.status === "stale" && this.events.emit("PROVIDER_STALE"), 0);
  }

  onClose(): Promise<void> {
    return this.flags.close();
  }

  resolveBooleanEvaluation(key: string, fallback: boolean, context: EvaluationContext) {
    return this.#resolve(key, fallback, context);
  }

  resolveStringEvaluation(key: string, fallback: string, context: EvaluationContext) {
    return this.#resolve(key, fallback, context);
  }

  resolveNumberEvaluation(key: string, fallback: number, context: EvaluationContext) {
    return this.#resolve(key, fallback, context);
  }

  resolveObjectEvaluation<T extends JsonValue>(key: string, fallback: T, context: EvaluationContext) {
    return this.#resolve(key, fallback, context);
  }

  #resolve<T extends JsonValue>(key: string, fallback: T, context: EvaluationContext): Promise<ResolutionDetails<T>> {
    return Promise.resolve(this.flags.details(key, fallback as FlagValue, context) as unknown as ResolutionDetails<T>);
  }
}
