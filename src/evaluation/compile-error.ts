/** A document cannot be compiled. compileFlag turns this into PARSE_ERROR. */
export class CompileError extends Error {
  override readonly name = "CompileError";
}
