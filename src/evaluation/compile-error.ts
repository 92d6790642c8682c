/** A document that cannot be made executable; compileFlag turns it into PARSE_ERROR. */
export class CompileError extends Error {
  override readonly name = "CompileError";
}
