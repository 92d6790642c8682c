import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { utf8 } from "./checksums.ts";

/**
 * Compiles the SHA-256, in hexadecimal, of a text followed by a salt. With `bytes`, only that many bytes at the start
 * of the text's UTF-8, or at its end, are hashed; they may split a character. A text with fewer bytes gives the empty
 * text, which is no hash.
 */
export function compileTextHash(salt: string, bytes: number | undefined, isEnd: boolean): (text: string) => string {
  if (bytes === undefined) return (text) => bytesToHex(sha256(utf8(text + salt)));
  const salted = utf8(salt);
  return (text) => {
    const whole = utf8(text);
    if (whole.length < bytes) return "";
    const input = new Uint8Array(bytes + salted.length);
    input.set(isEnd ? whole.subarray(whole.length - bytes) : whole.subarray(0, bytes));
    input.set(salted, bytes);
    return bytesToHex(sha256(input));
  };
}
