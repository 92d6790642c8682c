/** The result of a bucketing if no bucketing attribute has a value that is a key under the scheme. */
export const NO_BUCKET = -1;
