/** A file is neither JSON nor YAML, or contains values that would change when read. The message names the file. */
export class InvalidFileError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "InvalidFileError";
  }
}

/** Someone else changed the deployment while its contents were read or written. */
export class ChangedMeanwhileError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ChangedMeanwhileError";
  }
}
