/** Takes the place of `readline-sync`, with which Lua's debugger asks for input. The embedded Redis has no debugger. */
export function setDefaultOptions(): void {}

export function prompt(): string {
  return "";
}
