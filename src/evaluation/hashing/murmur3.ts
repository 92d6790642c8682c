/**
 * murmur3_x86_32 over the UTF-8 bytes of `prefix + value`. The state after the prefix (a rollout's salt) is
 * computed once. Nearly all values are ASCII, and those are read as char codes, four at a time, without encoding or
 * allocating. A lone surrogate counts as U+FFFD, as in TextEncoder.
 */

const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

/** The hash state after a prefix. `tail` holds the last bytes that do not fill a block of four, in `tailBits` bits. */
export interface HashState {
  readonly hash: number;
  readonly tail: number;
  readonly tailBits: number;
  /** The number of bytes so far. */
  readonly length: number;
}

/** Returns the state after the bytes of `prefix`. */
export function hashState(prefix: string, seed = 0): HashState {
  return absorb({ hash: seed | 0, tail: 0, tailBits: 0, length: 0 }, prefix);
}

/**
 * Returns the 32-bit hash of the prefix that made `state`, followed by `value`. It is signed, because the engine boxes
 * most unsigned numbers of 32 bits.
 */
export function murmur3(state: HashState, value: string): number {
  return value === lastText ? hashAgain(state, value) : hashFirst(state, value);
}

function hashFirst(state: HashState, value: string): number {
  lastText = value;
  if (isPacked) {
    packed.fill(undefined);
    isPacked = false;
  }
  const { length } = value;
  const { tailBits } = state;
  const carry = 31 - tailBits;
  let { hash, tail } = state;
  let seen = 0;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    // Two codes of 16 bits fit into one number each, so two operations see whether all four are ASCII.
    const even = value.charCodeAt(i) | (value.charCodeAt(i + 2) << 16);
    const odd = value.charCodeAt(i + 1) | (value.charCodeAt(i + 3) << 16);
    seen |= even | odd;
    const word = even | (odd << 8);
    hash = mix(hash, tail | (word << tailBits));
    // Two steps, because a shift by 32 would shift by 0.
    tail = (word >>> 1) >>> carry;
  }
  let rest = 0;
  for (let bits = 0; i < length; i++, bits += 8) {
    const code = value.charCodeAt(i);
    seen |= code;
    rest |= code << bits;
  }
  lastIsAscii = (seen & 0xff80ff80) === 0;
  if (!lastIsAscii) return finish(absorb(state, value));
  tail |= rest << tailBits;
  let openBits = tailBits + ((length & 3) << 3);
  if (openBits >= 32) {
    hash = mix(hash, tail);
    tail = (rest >>> 1) >>> carry;
    openBits -= 32;
  }
  return avalanche((openBits === 0 ? hash : hash ^ scramble(tail)) ^ (state.length + length));
}

// A bulk evaluation hashes one text under the salt of every flag. From the second time on, the text is read as
// whole words. They are packed once for each number of bytes (0 to 3) that a prefix leaves in an unfinished block.
let lastText: string | undefined;
let lastIsAscii = false;
let isPacked = false;
const packed: (Int32Array | undefined)[] = [undefined, undefined, undefined, undefined];

function hashAgain(state: HashState, value: string): number {
  if (!lastIsAscii) return finish(absorb(state, value));
  const open = state.tailBits >> 3;
  const words = (packed[open] ??= pack(value, open));
  isPacked = true;
  const bytes = open + value.length;
  const whole = bytes >> 2;
  let hash = state.hash;
  if (whole === 0) {
    const tail = state.tail | (words[0] as number);
    return avalanche((bytes === 0 ? hash : hash ^ scramble(tail)) ^ (state.length + value.length));
  }
  hash = mix(hash, state.tail | (words[0] as number));
  for (let i = 1; i < whole; i++) hash = mix(hash, words[i] as number);
  if ((bytes & 3) !== 0) hash ^= scramble(words[whole] as number);
  return avalanche(hash ^ (state.length + value.length));
}

/** Returns an ASCII text as little-endian words. The text begins `open` bytes into the first word. */
function pack(text: string, open: number): Int32Array {
  const words = new Int32Array(((open + text.length) >> 2) + 1);
  for (let i = 0, at = open; i < text.length; i++, at++) {
    words[at >> 2] = (words[at >> 2] as number) | (text.charCodeAt(i) << ((at & 3) << 3));
  }
  return words;
}

export function scramble(block: number): number {
  const k = Math.imul(block, C1);
  return Math.imul((k << 15) | (k >>> 17), C2);
}

export function mix(hash: number, block: number): number {
  const h = hash ^ scramble(block);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

export function avalanche(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function finish(state: HashState): number {
  const hash = state.tailBits === 0 ? state.hash : state.hash ^ scramble(state.tail);
  return avalanche(hash ^ state.length);
}

/** Returns the state after the UTF-8 bytes of any text. */
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
