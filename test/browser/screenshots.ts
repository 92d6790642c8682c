/** `npm run screenshots [-- names…]`: takes the pictures of the examples and the console in docs/images. */
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { photographConsole } from "./console/photographs.ts";
import { newVisitor, startChromium } from "./support/chromium.ts";
import { startExampleWorld } from "./support/example-world.ts";

const IMAGES = join(import.meta.dirname, "../../docs/images");
/** The largest size of a picture, in bytes. */
const MOST_BYTES = 150 * 1024;

await mkdir(IMAGES, { recursive: true });
const wanted = new Set(process.argv.slice(2));
const isWanted = (name: string): boolean => wanted.size === 0 || wanted.has(name);
const paths: string[] = [];
const pathOf = (name: string): string => {
  const path = join(IMAGES, `${name}.png`);
  paths.push(path);
  return path;
};

if (isWanted("example-web")) await photographExample(pathOf("example-web"));
await photographConsole(isWanted, pathOf);
for (const path of paths) {
  const { size } = await stat(path);
  console.log(`${path} ${(size / 1024).toFixed(0)} KB`);
  if (size > MOST_BYTES) throw new Error(`${path} is larger than ${MOST_BYTES / 1024} KB`);
}
// PGlite leaves a timer behind, which would keep this process running.
process.exit();

async function photographExample(path: string): Promise<void> {
  const world = await startExampleWorld();
  const browser = await startChromium();
  try {
    const { match: url } = await world.example("web");
    const page = await (await newVisitor(browser)).newPage();
    await page.setViewportSize({ width: 640, height: 480 });
    await page.goto(url);
    await page.click("#sign-in");
    await page.waitForSelector("text=customer-7");
    await world.serve("homepage-hero", "spring");
    await page.waitForSelector("text=Changed just now");
    await page.screenshot({ path });
  } finally {
    await browser.close();
    await world.close();
  }
}
