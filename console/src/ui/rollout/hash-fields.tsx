import type { JSX } from "preact";
import { type Hash, schemeText } from "../../../../sdk/client/scheme-text.ts";
import { HASH_SCHEMES, MAX_TOTAL } from "../../../../src/flags/formats/hash-schemes.ts";
import { parseWhole } from "../condition/values.ts";
import { ParsedInput } from "../fields/parsed-input.tsx";
import { Select } from "../fields/select.tsx";
import { type Bucketing, hasFreeTotal, hashOf, totalOf } from "./hash-space.ts";

const SCHEMES = HASH_SCHEMES.map((name) => [name, schemeText(name)] as const);

/** The hash scheme that assigns buckets, and the size of its bucket space if a flag chooses that. */
export function HashFields({
  bucketing,
  onChange,
  pointer,
}: {
  bucketing: Bucketing;
  onChange: (change: { hash: Hash } | { total: number }) => void;
  pointer: string;
}): JSX.Element {
  const hash = hashOf(bucketing);
  return (
    <>
      <Select
        label="Buckets of"
        value={hash}
        options={SCHEMES}
        onChange={(chosen) => onChange({ hash: chosen as Hash })}
        pointer={`${pointer}/hash`}
        hint="Another hash assigns everyone to a new bucket. Choose another system only for flags that come from it."
      />
      {hasFreeTotal(hash) && (
        <ParsedInput
          label="Total"
          value={totalOf(bucketing)}
          format={String}
          parse={(text) => parseWhole(text, 1, MAX_TOTAL)}
          onChange={(total) => onChange({ total })}
          pointer={`${pointer}/total`}
          inputMode="numeric"
          hint="The size of the bucket space. The shares are parts of it."
        />
      )}
    </>
  );
}
