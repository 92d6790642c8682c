/** What is wrong with one field, as the deployment says it. */
export interface Problem {
  /** JSON pointer into the document that is edited. */
  pointer: string;
  detail: string;
}
