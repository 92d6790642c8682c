/** A point on Earth in degrees. */
export interface Place {
  name: string;
  latitude: number;
  longitude: number;
}

const city = (name: string, latitude: number, longitude: number): Place => ({ name, latitude, longitude });

/** Cities with data centres of Cloudflare, the busiest first. The order is ours. */
export const CITIES: readonly Place[] = [
  city("Frankfurt", 50.1, 8.7),
  city("Ashburn", 39.0, -77.5),
  city("London", 51.5, -0.1),
  city("San Jose", 37.3, -121.9),
  city("Singapore", 1.4, 103.8),
  city("Paris", 48.9, 2.4),
  city("New York", 40.7, -74.0),
  city("Tokyo", 35.7, 139.7),
  city("Amsterdam", 52.4, 4.9),
  city("Mumbai", 19.1, 72.9),
  city("Chicago", 41.9, -87.6),
  city("São Paulo", -23.5, -46.6),
  city("Sydney", -33.9, 151.2),
  city("Dallas", 32.8, -96.8),
  city("Madrid", 40.4, -3.7),
  city("Los Angeles", 34.1, -118.2),
  city("Seoul", 37.6, 127.0),
  city("Warsaw", 52.2, 21.0),
  city("Toronto", 43.7, -79.4),
  city("Stockholm", 59.3, 18.1),
  city("Milan", 45.5, 9.2),
  city("Seattle", 47.6, -122.3),
  city("Hong Kong", 22.3, 114.2),
  city("Delhi", 28.6, 77.2),
  city("Atlanta", 33.7, -84.4),
  city("Istanbul", 41.0, 29.0),
  city("Jakarta", -6.2, 106.8),
  city("Mexico City", 19.4, -99.1),
  city("Dubai", 25.2, 55.3),
  city("Johannesburg", -26.2, 28.0),
  city("Melbourne", -37.8, 145.0),
  city("Buenos Aires", -34.6, -58.4),
  city("Lagos", 6.5, 3.4),
  city("Bogotá", 4.7, -74.1),
  city("Manila", 14.6, 121.0),
  city("Auckland", -36.8, 174.8),
];

/** Returns one of {@link CITIES}. */
export function placeOf(name: string): Place {
  const found = CITIES.find((one) => one.name === name);
  if (found === undefined) throw new RangeError(`there is no city "${name}"`);
  return found;
}
