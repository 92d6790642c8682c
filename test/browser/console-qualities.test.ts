/** The console as a whole in Chromium: few steps, keyboard and screen readers, safe drafts, speed, slow connections. */
import { afterAll, beforeAll } from "vitest";
import { describeAccessibility } from "./console/accessibility.ts";
import { describeDraftJourneys } from "./console/safety/journeys-drafts.ts";
import { describeNotices } from "./console/safety/notices.ts";
import { describeRefusedReviews } from "./console/safety/refused-reviews.ts";
import { describeUndoJourneys } from "./console/safety/journeys-undo.ts";
import { describeScale } from "./console/scale.ts";
import { describeSession } from "./console/session.ts";
import { describeAccessSteps } from "./console/steps/access.ts";
import { describeFlagSteps } from "./console/steps/flag.ts";
import { describeListSteps } from "./console/steps/list.ts";
import { describeProductionSteps } from "./console/steps/production.ts";
import { describeThrottled } from "./console/throttled.ts";
import { describeUnsavedWork } from "./console/unsaved-work.ts";
import { type ConsoleWorld, startConsoleWorld } from "./console/support/console-world.ts";

let world: ConsoleWorld;

beforeAll(async () => {
  world = await startConsoleWorld();
});
afterAll(() => world?.close());

const theWorld = () => world;

describeSession(theWorld);
describeAccessibility(theWorld);
describeListSteps(theWorld);
describeFlagSteps(theWorld);
describeProductionSteps(theWorld);
describeAccessSteps(theWorld);
describeScale(theWorld);
describeUnsavedWork(theWorld);
describeDraftJourneys(theWorld);
describeRefusedReviews(theWorld);
describeNotices(theWorld);
describeUndoJourneys(theWorld);
describeThrottled(theWorld);
