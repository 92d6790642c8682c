import { sha256 } from "@noble/hashes/sha2.js";
import type { Reader } from "../document.ts";

const encoder = new TextEncoder();

export type HashReader = Extract<Reader, { sha256: string }>;

/**
 * Compiles the reader `sha256`: the SHA-256 of a text followed by a salt. With `first` or `last`, only that many bytes
 * at the start of the text's UTF-8, or at its end, are hashed; they may split a character. Returns `undefined` for a
 * text with fewer bytes, which equals no hash.
 */
export function compileTextDigest({ sha256: salt, first, last }: HashReader): (text: string) => Uint8Array | undefined {
  const bytes = first ?? last;
  if (bytes === undefined) return (text) => sha256(encoder.encode(text + salt));
  const salted = encoder.encode(salt);
  return (text) => {
    const whole = encoder.encode(text);
    if (whole.length < bytes) return undefined;
    const input = new Uint8Array(bytes + salted.length);
    input.set(last === undefined ? whole.subarray(0, bytes) : whole.subarray(whole.length - bytes));
    input.set(salted, bytes);
    return sha256(input);
  };
}
