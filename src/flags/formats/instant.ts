const DATE_LENGTH = 10;

/**
 * Returns an ISO 8601 instant in ms since epoch, or NaN if the text is not one. The format is `YYYY-MM-DD`, optionally
 * followed by `THH:MM[:SS[.fraction]]` and `Z` or `±HH:MM`. Without an offset the time is UTC. Date.parse is not used
 * because it also accepts formats that differ between engines.
 */
export function parseInstant(text: string): number {
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  if (text[4] !== "-" || text[7] !== "-" || !(month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) {
    return NaN;
  }
  const midnight = utc(year, month, day);
  return text.length === DATE_LENGTH ? midnight : midnight + timeOfDay(text);
}

function timeOfDay(text: string): number {
  const hours = digits(text, 11, 2);
  const minutes = digits(text, 14, 2);
  if (text[10] !== "T" || text[13] !== ":" || !(hours <= 23 && minutes <= 59)) return NaN;
  let at = 16;
  let ms = (hours * 60 + minutes) * 60_000;
  if (text[at] === ":") {
    const seconds = digits(text, at + 1, 2);
    if (!(seconds <= 59)) return NaN;
    ms += seconds * 1000;
    at += 3;
    if (text[at] === ".") {
      const start = ++at;
      let scale = 100;
      for (; isDigit(text.charCodeAt(at)); at++, scale /= 10) {
        // Digits after the millisecond are read but do not count.
        if (scale >= 1) ms += (text.charCodeAt(at) - 48) * scale;
      }
      if (at === start) return NaN;
    }
  }
  return ms - offset(text, at);
}

function offset(text: string, at: number): number {
  if (at === text.length) return 0;
  const sign = text[at];
  if (sign === "Z") return at + 1 === text.length ? 0 : NaN;
  const hours = digits(text, at + 1, 2);
  const minutes = digits(text, at + 4, 2);
  if ((sign !== "+" && sign !== "-") || text[at + 3] !== ":" || text.length !== at + 6) return NaN;
  if (!(hours <= 23 && minutes <= 59)) return NaN;
  return (sign === "+" ? 1 : -1) * (hours * 60 + minutes) * 60_000;
}

function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i++) {
    const code = text.charCodeAt(i);
    if (!isDigit(code)) return NaN;
    value = value * 10 + code - 48;
  }
  return value;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/**
 * Returns midnight of a date in ms since epoch. Date.UTC would read years below 100 as 19xx. The days are counted in
 * eras of 400 years that begin in March, so that a leap day is the last day of its year.
 */
function utc(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return (era * 146_097 + dayOfEra - 719_468) * 86_400_000;
}
