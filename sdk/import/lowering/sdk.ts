import { NotImportable } from "./draft.ts";

/** @throws NotImportable if the option `sdk` names an SDK that the importer does not know */
export function checkSdk(sdk: string | undefined, known: readonly string[], place: string): void {
  if (sdk && !known.includes(sdk))
    throw new NotImportable(place, `the SDK "${sdk}" is not known; --sdk can be ${known.join(" or ")}`);
}
