import type { EvaluationContext, JsonValue, Logger, ProviderMetadata, ResolutionDetails } from "@openfeature/core";
import { type FlagValueType, overriddenDetails, unknownDetails } from "./resolve.ts";

type Kind = "client" | "server";

/** A resolution in the form of the SDK: providers of browsers return it at once, those of servers later. */
type Resolved<T, K extends Kind> = { client: ResolutionDetails<T>; server: Promise<ResolutionDetails<T>> }[K];

/** The members that providers for servers and for browsers have in common. */
interface WrappedProvider<K extends Kind> {
  metadata: ProviderMetadata;
  hooks?: unknown[];
  domainScoped?: boolean;
  initialize?(context?: EvaluationContext, domain?: string): Promise<void>;
  onClose?(): Promise<void>;
  track?(name: string, context: EvaluationContext, details: { value?: number }): void;
  resolveBooleanEvaluation(
    flagKey: string,
    defaultValue: boolean,
    context: EvaluationContext,
    logger: Logger,
  ): Resolved<boolean, K>;
  resolveStringEvaluation(
    flagKey: string,
    defaultValue: string,
    context: EvaluationContext,
    logger: Logger,
  ): Resolved<string, K>;
  resolveNumberEvaluation(
    flagKey: string,
    defaultValue: number,
    context: EvaluationContext,
    logger: Logger,
  ): Resolved<number, K>;
  resolveObjectEvaluation<T extends JsonValue>(
    flagKey: string,
    defaultValue: T,
    context: EvaluationContext,
    logger: Logger,
  ): Resolved<T, K>;
}

/** Resolves overridden flags itself and passes every other flag to the wrapped provider, if there is one. */
export abstract class OverridingProvider<K extends Kind, Wrapped extends WrappedProvider<K>> {
  abstract readonly runsOn: K;
  readonly metadata: ProviderMetadata;
  readonly hooks: NonNullable<Wrapped["hooks"]>;
  readonly domainScoped: boolean;
  protected readonly wrapped: Wrapped | undefined;

  constructor(wrapped?: Wrapped) {
    this.wrapped = wrapped;
    this.metadata = { name: wrapped === undefined ? "overridable" : `overridable ${wrapped.metadata.name}` };
    this.hooks = wrapped?.hooks ?? [];
    this.domainScoped = wrapped?.domainScoped ?? false;
  }

  /** Returns the value that overrides the flag, or `undefined` if the flag is not overridden. */
  protected abstract overrideOf(flagKey: string): JsonValue | undefined;

  /** Brings details that are known already into the form of the SDK. */
  protected abstract resolved<T>(details: ResolutionDetails<T>): Resolved<T, K>;

  async initialize(context?: EvaluationContext, domain?: string): Promise<void> {
    await this.wrapped?.initialize?.(context, domain);
  }

  async onClose(): Promise<void> {
    await this.wrapped?.onClose?.();
  }

  track(...tracking: Parameters<NonNullable<WrappedProvider<K>["track"]>>): void {
    this.wrapped?.track?.(...tracking);
  }

  resolveBooleanEvaluation(flagKey: string, defaultValue: boolean, context: EvaluationContext, logger: Logger) {
    return this.#resolve(flagKey, "boolean", defaultValue, (wrapped) =>
      wrapped.resolveBooleanEvaluation(flagKey, defaultValue, context, logger),
    );
  }

  resolveStringEvaluation(flagKey: string, defaultValue: string, context: EvaluationContext, logger: Logger) {
    return this.#resolve(flagKey, "string", defaultValue, (wrapped) =>
      wrapped.resolveStringEvaluation(flagKey, defaultValue, context, logger),
    );
  }

  resolveNumberEvaluation(flagKey: string, defaultValue: number, context: EvaluationContext, logger: Logger) {
    return this.#resolve(flagKey, "number", defaultValue, (wrapped) =>
      wrapped.resolveNumberEvaluation(flagKey, defaultValue, context, logger),
    );
  }

  resolveObjectEvaluation<T extends JsonValue>(
    flagKey: string,
    defaultValue: T,
    context: EvaluationContext,
    logger: Logger,
  ): Resolved<T, K> {
    return this.#resolve(flagKey, "object", defaultValue, (wrapped) =>
      wrapped.resolveObjectEvaluation(flagKey, defaultValue, context, logger),
    );
  }

  #resolve<T extends JsonValue>(
    flagKey: string,
    type: FlagValueType,
    defaultValue: T,
    passOn: (wrapped: Wrapped) => Resolved<T, K>,
  ): Resolved<T, K> {
    const value = this.overrideOf(flagKey);
    if (value !== undefined) return this.resolved(overriddenDetails(flagKey, value, type, defaultValue));
    return this.wrapped === undefined ? this.resolved(unknownDetails(flagKey, defaultValue)) : passOn(this.wrapped);
  }
}
