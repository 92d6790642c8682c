import {
  type EvaluationContext,
  type Hook,
  type JsonValue,
  type Logger,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  type ResolutionDetails,
} from "@openfeature/web-sdk";
import { type FlagValueType, overriddenDetails, unknownDetails } from "./resolve.ts";
import { pageValues } from "./web-scope.ts";

type Tracking = Parameters<NonNullable<Provider["track"]>>;

/** What providers tell the SDK of. */
const PROVIDER_EVENTS = [
  ProviderEvents.Ready,
  ProviderEvents.Error,
  ProviderEvents.ConfigurationChanged,
  ProviderEvents.Stale,
] as const;

/** As the server's, and says which flags have changed when an override comes or goes: React renders again. */
export class OverridableProvider implements Provider {
  readonly runsOn = "client";
  readonly metadata: Provider["metadata"];
  readonly hooks: Hook[];
  readonly domainScoped: boolean;
  readonly events = new OpenFeatureEventEmitter();
  readonly #wrapped: Provider | undefined;
  #stop: (() => void) | undefined;

  constructor(wrapped?: Provider) {
    this.#wrapped = wrapped;
    this.metadata = { name: wrapped === undefined ? "overridable" : `overridable ${wrapped.metadata.name}` };
    this.hooks = wrapped?.hooks ?? [];
    this.domainScoped = wrapped?.domainScoped ?? false;
    for (const event of PROVIDER_EVENTS) {
      wrapped?.events?.addHandler(event, (details) => this.events.emit(event, details));
    }
  }

  async initialize(context?: EvaluationContext, domain?: string): Promise<void> {
    await this.#wrapped?.initialize?.(context, domain);
    this.#stop ??= pageValues.listen((flagsChanged) =>
      this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged }),
    );
  }

  async onClose(): Promise<void> {
    this.#stop?.();
    this.#stop = undefined;
    await this.#wrapped?.onClose?.();
  }

  onContextChange(before: EvaluationContext, after: EvaluationContext): Promise<void> | void {
    return this.#wrapped?.onContextChange?.(before, after);
  }

  track(...tracking: Tracking): void {
    this.#wrapped?.track?.(...tracking);
  }

  resolveBooleanEvaluation(key: string, defaultValue: boolean, context: EvaluationContext, logger: Logger) {
    return this.#resolve(key, "boolean", defaultValue, (other) =>
      other.resolveBooleanEvaluation(key, defaultValue, context, logger),
    );
  }

  resolveStringEvaluation(key: string, defaultValue: string, context: EvaluationContext, logger: Logger) {
    return this.#resolve(key, "string", defaultValue, (other) =>
      other.resolveStringEvaluation(key, defaultValue, context, logger),
    );
  }

  resolveNumberEvaluation(key: string, defaultValue: number, context: EvaluationContext, logger: Logger) {
    return this.#resolve(key, "number", defaultValue, (other) =>
      other.resolveNumberEvaluation(key, defaultValue, context, logger),
    );
  }

  resolveObjectEvaluation<T extends JsonValue>(
    key: string,
    defaultValue: T,
    context: EvaluationContext,
    logger: Logger,
  ): ResolutionDetails<T> {
    return this.#resolve(key, "object", defaultValue, (other) =>
      other.resolveObjectEvaluation(key, defaultValue, context, logger),
    );
  }

  #resolve<T extends JsonValue>(
    key: string,
    type: FlagValueType,
    defaultValue: T,
    ask: (other: Provider) => ResolutionDetails<T>,
  ): ResolutionDetails<T> {
    const value = pageValues.find(key);
    if (value !== undefined) return overriddenDetails(key, value, type, defaultValue);
    return this.#wrapped === undefined ? unknownDetails(key, defaultValue) : ask(this.#wrapped);
  }
}
