/**
 * `npm run console:pages [-- folder]`: takes a picture of each page of the console, in both themes, on a desk and on a
 * phone, and checks its layout. Exits with 1 if an edge is too faint, a target too small, or a control covered.
 */
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { overflow } from "./console/support/audit-page.ts";
import { startConsoleWorld } from "./console/support/console-world.ts";
import { codeLoaded, INNER_PAGES, loaded, pageAddresses } from "./console/support/loaded.ts";
import { layoutFindings } from "./console/support/layout-findings.ts";

const SIZES = {
  desk: { width: 1280, height: 900, isTouch: false, target: 24 },
  phone: { width: 360, height: 780, isTouch: true, target: 44 },
};

const folder = resolve(process.argv[2] ?? "dist/console-pages");
await mkdir(folder, { recursive: true });
const world = await startConsoleWorld();
let count = 0;
let wrong = 0;
for (const scheme of ["light", "dark"] as const) {
  for (const [size, { target, ...options }] of Object.entries(SIZES)) {
    const { page, goTo, close } = await world.visit({ scheme, ...options });
    for (const address of [...(await pageAddresses(page)), ...INNER_PAGES]) {
      await goTo(address);
      await loaded(page);
      await codeLoaded(page);
      const name = nameOf(address);
      await page.screenshot({ path: join(folder, `${name}-${scheme}-${size}.png`), animations: "disabled" });
      const wider = await overflow(page);
      const findings = await layoutFindings(page, { target });
      if (wider > 0) findings.push(`the page is ${wider} px wider than the window`);
      for (const finding of findings) console.log(`${name}, ${scheme}, ${size}: ${finding}`);
      count += 1;
      wrong += findings.length;
    }
    await close();
  }
}
await world.close();
console.log(`${count} pictures in ${folder}, ${wrong} findings`);
// PGlite leaves a timer behind, which would keep this process running.
process.exit(wrong > 0 ? 1 : 0);

/** Returns a file name with the parts of the address that choose what the page shows. */
function nameOf(address: string): string {
  const [path = "", query] = address.replace(/^#\//, "").split("?");
  const chosen = new URLSearchParams(query);
  const parts = [path, chosen.get("tab"), chosen.get("editor"), chosen.has("context") ? "asked" : null];
  return parts
    .filter((part) => part !== null)
    .join("-")
    .replaceAll("/", "-");
}
