import type { JSX } from "preact";
import { toggleFavourite } from "../../state/flags/kept/favourites.ts";
import { Icon } from "../../ui/kit/icon.tsx";
import * as icons from "../../ui/kit/icons.ts";

/** A star that marks a flag as a favourite of this browser. */
export function FavouriteButton({ flagKey, isFavourite }: { flagKey: string; isFavourite: boolean }): JSX.Element {
  return (
    <button
      type="button"
      class="quiet icon-button star"
      aria-label="Favourite"
      aria-pressed={isFavourite}
      title={isFavourite ? `Remove ${flagKey} from your favourites` : `Add ${flagKey} to your favourites`}
      onClick={() => toggleFavourite(flagKey)}
    >
      <Icon of={icons.favourite} />
    </button>
  );
}
