import type { User } from "./engine.ts";

/** A power of two, so that a mask chooses a user. */
export const USERS = 64;

/** Ids have the two usual forms. One in eight users stops at each of the first four rules, and half reach the last. */
export const users = Array.from({ length: USERS }, (_, i): User => {
  const stop = i % 8;
  return {
    id:
      i % 2 === 0
        ? `${((i + 1) * 66_978_961).toString(16).padStart(8, "0")}-9d47-4a56-8e13-0c7ad95b6f21`
        : `user-${i * 977}`,
    email: stop === 0 ? `user${i}@acme.com` : `user${i}@example.org`,
    country: stop === 1 ? "NL" : stop === 5 ? "DE" : "US",
    plan: stop === 1 ? "enterprise" : stop === 7 ? "free" : i % 2 === 0 ? "pro" : "business",
    platform: stop === 2 || stop === 6 ? "ios" : "android",
    appVersion: stop === 2 ? "3.10.1" : stop === 4 ? "4.0.0" : "3.1.9",
    age: stop === 3 ? 42 : 17,
    cartTotal: stop === 3 ? 500.5 : 80,
  };
});
