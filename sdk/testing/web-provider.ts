import {
  type EvaluationContext,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  type ResolutionDetails,
} from "@openfeature/web-sdk";
import { OverridingProvider } from "./overriding-provider.ts";
import { pageValues } from "./web-scope.ts";

/** The events that a provider sends to the SDK. */
const PROVIDER_EVENTS = [
  ProviderEvents.Ready,
  ProviderEvents.Error,
  ProviderEvents.ConfigurationChanged,
  ProviderEvents.Stale,
] as const;

/**
 * Resolves overridden flags as the provider for servers does. It also reports the flags that change when an override
 * starts or ends, so that React renders again.
 */
export class OverridableProvider extends OverridingProvider<"client", Provider> implements Provider {
  readonly runsOn = "client";
  readonly events = new OpenFeatureEventEmitter();
  #stopListening: (() => void) | undefined;

  constructor(wrapped?: Provider) {
    super(wrapped);
    for (const event of PROVIDER_EVENTS) {
      wrapped?.events?.addHandler(event, (details) => this.events.emit(event, details));
    }
  }

  override async initialize(context?: EvaluationContext, domain?: string): Promise<void> {
    await super.initialize(context, domain);
    this.#stopListening ??= pageValues.listen((flagsChanged) =>
      this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged }),
    );
  }

  override async onClose(): Promise<void> {
    this.#stopListening?.();
    this.#stopListening = undefined;
    await super.onClose();
  }

  onContextChange(before: EvaluationContext, after: EvaluationContext): Promise<void> | void {
    return this.wrapped?.onContextChange?.(before, after);
  }

  protected overrideOf(flagKey: string): JsonValue | undefined {
    return pageValues.find(flagKey);
  }

  protected resolved<T>(details: ResolutionDetails<T>): ResolutionDetails<T> {
    return details;
  }
}
