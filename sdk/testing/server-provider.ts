import type { EvaluationContext, Hook, JsonValue, Logger, Provider, ResolutionDetails } from "@openfeature/server-sdk";
import { type FlagValueType, overriddenDetails, unknownDetails } from "./resolve.ts";
import { currentValues } from "./server-scope.ts";

type Tracking = Parameters<NonNullable<Provider["track"]>>;

/**
 * Answers overridden flags itself and asks another provider for the rest: an in-memory one, one that asks a running Burgee,
 * or none, where every other flag has the default that the code names.
 */
export class OverridableProvider implements Provider {
  readonly runsOn = "server";
  readonly metadata: Provider["metadata"];
  readonly hooks: Hook[];
  readonly domainScoped: boolean;
  declare readonly events?: NonNullable<Provider["events"]>;
  readonly #wrapped: Provider | undefined;

  constructor(wrapped?: Provider) {
    this.#wrapped = wrapped;
    this.metadata = { name: wrapped === undefined ? "overridable" : `overridable ${wrapped.metadata.name}` };
    this.hooks = wrapped?.hooks ?? [];
    this.domainScoped = wrapped?.domainScoped ?? false;
    if (wrapped?.events !== undefined) this.events = wrapped.events;
  }

  async initialize(context?: EvaluationContext, domain?: string): Promise<void> {
    await this.#wrapped?.initialize?.(context, domain);
  }

  async onClose(): Promise<void> {
    await this.#wrapped?.onClose?.();
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
  ): Promise<ResolutionDetails<T>> {
    return this.#resolve(key, "object", defaultValue, (other) =>
      other.resolveObjectEvaluation(key, defaultValue, context, logger),
    );
  }

  async #resolve<T extends JsonValue>(
    key: string,
    type: FlagValueType,
    defaultValue: T,
    ask: (other: Provider) => Promise<ResolutionDetails<T>>,
  ): Promise<ResolutionDetails<T>> {
    const value = currentValues().find(key);
    if (value !== undefined) return overriddenDetails(key, value, type, defaultValue);
    return this.#wrapped === undefined ? unknownDetails(key, defaultValue) : await ask(this.#wrapped);
  }
}
