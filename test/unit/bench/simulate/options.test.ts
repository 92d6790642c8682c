import { describe, it } from "vitest";
import { parseSimulateOptions, USAGE } from "../../../../bench/simulate/options.ts";
import { SCENARIOS } from "../../../../bench/simulate/scenarios.ts";

describe("the options of npm run simulate", () => {
  it("are a day of all scenarios by default", ({ expect }) => {
    expect(parseSimulateOptions([])).toMatchObject({
      scenarios: SCENARIOS,
      size: { seed: 1, dataCentres: 100, isolates: 5, flags: 200, evaluations: 3e6, changes: 1000, hours: 24 },
      isJson: false,
    });
    expect(parseSimulateOptions(["--help"])).toBeUndefined();
    for (const { name } of SCENARIOS) expect(USAGE).toContain(name);
  });

  it("choose scenarios and a size", ({ expect }) => {
    const args = [
      "--scenario",
      "lost",
      "--scenario",
      "no-purge",
      "--seed",
      "7",
      "--data-centres",
      "300",
      "--hours",
      "2",
    ];
    const options = parseSimulateOptions([...args, "--jobs", "1", "--json"]);
    expect(options?.scenarios.map(({ name }) => name)).toEqual(["lost", "no-purge"]);
    expect(options).toMatchObject({ size: { seed: 7, dataCentres: 300, hours: 2 }, jobs: 1, isJson: true });
  });

  it.for<[args: string[], message: RegExp]>([
    [["--scenario", "peace"], /--scenario takes one of purges, .*not "peace"/],
    [["--isolates", "0"], /--isolates takes a whole number from 1 to 100, not "0"/],
    [["--hours", "1.5"], /--hours takes a whole number/],
    [["--speed", "1"], /--speed/],
  ])("%j is refused with the accepted values", ([args, message], { expect }) => {
    expect(() => parseSimulateOptions(args)).toThrow(message);
  });
});
