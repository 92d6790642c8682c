/** `npm run screenshots`: pictures of the examples for docs/images. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { newVisitor, startChromium } from "./support/chromium.ts";
import { startExampleWorld } from "./support/example-world.ts";

const IMAGES = join(import.meta.dirname, "../../docs/images");

await mkdir(IMAGES, { recursive: true });
const world = await startExampleWorld();
const browser = await startChromium();
try {
  const { said: url } = await world.example("web");
  const page = await (await newVisitor(browser)).newPage();
  await page.setViewportSize({ width: 640, height: 480 });
  await page.goto(url);
  await page.click("#sign-in");
  await page.waitForSelector("text=customer-7");
  await world.serve("homepage-hero", "spring");
  await page.waitForSelector("text=Changed just now");
  const path = join(IMAGES, "example-web.png");
  await page.screenshot({ path });
  console.log(path);
} finally {
  await browser.close();
  await world.close();
}
