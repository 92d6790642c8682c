/**
 * murmur3_x86_32, seed 0, over the UTF-8 bytes of `prefix + value`, without encoding or allocating.
 * The state after the prefix (a rollout's salt) is computed once; values that are ASCII, nearly all,
 * are read as char codes, four at a time. Lone surrogates count as U+FFFD, as TextEncoder encodes them.
 */

const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

/** Hash state after a prefix: `tail` holds the bytes not yet in a whole block of four, `tailBits` how many bits of it. */
export interface HashState {
  readonly hash: number;
  readonly tail: number;
  readonly tailBits: number;
  /** Bytes so far. */
  readonly length: number;
}

const EMPTY: HashState = { hash: 0, tail: 0, tailBits: 0, length: 0 };

/** State after the bytes of `prefix`. */
export function hashState(prefix: string): HashState {
  return absorb(EMPTY, prefix);
}

/** Unsigned 32-bit hash of the prefix behind `state` followed by `value`. */
export function murmur3(state: HashState, value: string): number {
  const length = value.length;
  let hash = state.hash;
  let block = state.tail;
  let bits = state.tailBits;
  let seen = 0;
  let i = 0;
  if (bits !== 0) {
    while (bits < 32 && i < length) {
      const code = value.charCodeAt(i++);
      seen |= code;
      block |= code << bits;
      bits += 8;
    }
    if (bits === 32) {
      hash = mix(hash, block);
      block = 0;
      bits = 0;
    }
  }
  for (; i + 4 <= length; i += 4) {
    const a = value.charCodeAt(i);
    const b = value.charCodeAt(i + 1);
    const c = value.charCodeAt(i + 2);
    const d = value.charCodeAt(i + 3);
    seen |= a | b | c | d;
    hash = mix(hash, a | (b << 8) | (c << 16) | (d << 24));
  }
  for (; i < length; i++) {
    const code = value.charCodeAt(i);
    seen |= code;
    block |= code << bits;
    bits += 8;
  }
  if (seen > 127) return finish(absorb(state, value));
  if (bits !== 0) hash ^= scramble(block);
  return avalanche(hash ^ (state.length + length));
}

function scramble(block: number): number {
  const k = Math.imul(block, C1);
  return Math.imul((k << 15) | (k >>> 17), C2);
}

function mix(hash: number, block: number): number {
  const h = hash ^ scramble(block);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function avalanche(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function finish(state: HashState): number {
  const hash = state.tailBits === 0 ? state.hash : state.hash ^ scramble(state.tail);
  return avalanche(hash ^ state.length);
}

/** Takes in the UTF-8 bytes of any text. */
function absorb(state: HashState, text: string): HashState {
  let { hash, tail, tailBits, length } = state;
  const byte = (value: number): void => {
    tail |= value << tailBits;
    tailBits += 8;
    length++;
    if (tailBits === 32) {
      hash = mix(hash, tail);
      tail = 0;
      tailBits = 0;
    }
  };
  for (let i = 0; i < text.length; i++) {
    let code = text.codePointAt(i) ?? 0;
    if (code > 0xffff) i++;
    else if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    if (code < 0x80) {
      byte(code);
    } else if (code < 0x800) {
      byte(0xc0 | (code >> 6));
      byte(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
      byte(0xe0 | (code >> 12));
      byte(0x80 | ((code >> 6) & 0x3f));
      byte(0x80 | (code & 0x3f));
    } else {
      byte(0xf0 | (code >> 18));
      byte(0x80 | ((code >> 12) & 0x3f));
      byte(0x80 | ((code >> 6) & 0x3f));
      byte(0x80 | (code & 0x3f));
    }
  }
  return { hash, tail, tailBits, length };
}
