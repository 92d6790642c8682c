/** Evaluates each flag with Burgee too, after the caller has the current system's value, and reports differences. */
import { isDeepStrictEqual } from "node:util";
import type { Client, FlagValue, Hook, HookContext } from "@openfeature/server-sdk";

export interface Difference {
  flag: string;
  targetingKey: string | undefined;
  theirs: FlagValue;
  ours: FlagValue;
}

export function shadowHook(burgee: Client, report: (difference: Difference) => void): Hook {
  return {
    after: (called, { value: theirs }) => {
      // Nobody waits for Burgee, so it cannot delay or fail the request.
      void valueFrom(burgee, called).then((ours) => {
        const { targetingKey } = called.context;
        if (!isDeepStrictEqual(ours, theirs)) report({ flag: called.flagKey, targetingKey, theirs, ours });
      });
    },
  };
}

/** Returns the value for the same flag, default and context. */
function valueFrom(client: Client, called: Readonly<HookContext>): Promise<FlagValue> {
  const { flagKey, flagValueType, defaultValue, context } = called;
  switch (flagValueType) {
    case "boolean":
      return client.getBooleanValue(flagKey, defaultValue as boolean, context);
    case "string":
      return client.getStringValue(flagKey, defaultValue as string, context);
    case "number":
      return client.getNumberValue(flagKey, defaultValue as number, context);
    case "object":
      return client.getObjectValue(flagKey, defaultValue as Record<string, never>, context);
  }
}
