/** The parts of a key or token that anybody may read. */
export interface KeyForm {
  kind: "client" | "server" | "admin";
  /** The environment of a client or server key, or the role of an admin token. */
  scope: string;
}

const KINDS = { c: "client", s: "server", a: "admin" } as const;

/** Returns the parts of a key or token, `undefined` if the text has another form. Says nothing about its validity. */
export function keyForm(text: string): KeyForm | undefined {
  const [, kind, scope] = /^bg([csa])_([a-z0-9-]{1,40})_[A-Za-z0-9]+_[A-Za-z0-9]+_[0-9a-f]+$/.exec(text) ?? [];
  return scope === undefined ? undefined : { kind: KINDS[kind as keyof typeof KINDS], scope };
}
