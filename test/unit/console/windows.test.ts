import { expect, test } from "vitest";
import { officeHours, parseTime, parseTimeZone, withDay } from "../../../console/src/ui/schedule/windows.ts";

test("a time of day is read also without its first zero, and only a window's end can be 24:00", () => {
  expect([parseTime("9:05", "from"), parseTime(" 17:00 ", "to")]).toEqual([{ value: "09:05" }, { value: "17:00" }]);
  expect(parseTime("24:00", "to")).toEqual({ value: "24:00" });
  expect(parseTime("24:00", "from")).toEqual({ problem: "must be a time from 00:00 to 23:59, such as 09:30" });
  for (const text of ["", "9", "09:60", "25:00", "9:5"]) expect(parseTime(text, "to")).toHaveProperty("problem");
});

test("a time zone that the runtime does not know is a problem", () => {
  expect(parseTimeZone(" Europe/Berlin ")).toEqual({ value: "Europe/Berlin" });
  expect(parseTimeZone("Europe/Atlantis")).toHaveProperty("problem");
  expect(parseTimeZone("+02:00")).toHaveProperty("problem");
});

test("days stay in the order of the week, whichever was chosen first", () => {
  expect(withDay(["tue", "sun"], "mon", true)).toEqual(["mon", "tue", "sun"]);
  expect(withDay(["mon", "tue"], "mon", false)).toEqual(["tue"]);
});

test("a new window has the office hours of the browser's time zone, or of UTC", () => {
  expect(officeHours("Europe/Berlin")).toEqual({
    timezone: "Europe/Berlin",
    days: ["mon", "tue", "wed", "thu", "fri"],
    from: "09:00",
    to: "17:00",
  });
  expect(officeHours(undefined).timezone).toBe("UTC");
});
