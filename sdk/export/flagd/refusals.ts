/** A part of a flag that flagd cannot express, or a remark about one. */
export interface Remark {
  /** The JSON pointer of the part in the flag or segment. */
  place: string;
  text: string;
}

/** Collects why one flag or segment cannot be exported. */
export class Refusals {
  readonly all: Remark[] = [];

  /** Adds a reason. Returns `false`, which takes the place of the part until the flag is refused. */
  add(place: string, text: string): false {
    this.all.push({ place, text });
    return false;
  }
}
