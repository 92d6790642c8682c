import { noteProblem } from "../../flags/formats/change-note.ts";
import { HttpError } from "../errors.ts";

/** The request header with the reason for a write. */
export const NOTE_HEADER = "X-Change-Note";

/** The longest header that is decoded: each character has at most four bytes, and each byte three characters. */
const MAX_HEADER_LENGTH = 6000;

/** Returns the note of a write, `undefined` if it has none. @throws HttpError 400 */
export function changeNote(headers: Headers): string | undefined {
  const header = headers.get(NOTE_HEADER)?.trim() ?? "";
  if (header === "") return undefined;
  if (!/^[ -~]*$/.test(header)) throw refusal("must be URI-encoded where it is not ASCII");
  if (header.length > MAX_HEADER_LENGTH) throw refusal(`must not exceed ${MAX_HEADER_LENGTH} characters as a header`);
  const note = decoded(header).trim();
  const problem = noteProblem(note);
  if (problem !== undefined) throw refusal(problem);
  return note === "" ? undefined : note;
}

function decoded(header: string): string {
  try {
    return decodeURIComponent(header);
  } catch {
    throw refusal("must be URI-encoded UTF-8; write % as %25");
  }
}

function refusal(problem: string): HttpError {
  return new HttpError(400, `the header ${NOTE_HEADER} ${problem}`);
}
