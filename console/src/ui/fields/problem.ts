/** A problem with one field, as the API reports it. */
export interface Problem {
  /** JSON pointer into the edited document. */
  pointer: string;
  /** The field in words, if the pointer does not say it. */
  place?: string;
  detail: string;
}
