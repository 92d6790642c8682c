/** Every flag key of an environment, sorted by code unit: the field `@index`. */
export type FlagIndex = string[];
