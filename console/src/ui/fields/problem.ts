/** A problem with one field, as the API reports it. */
export interface Problem {
  /** JSON pointer into the edited document. */
  pointer: string;
  detail: string;
}
