/** The built console in Chromium: people use it, and the edge then evaluates flags as they expect. */
import { afterAll, beforeAll } from "vitest";
import { describeAccessibility } from "./console/accessibility.ts";
import { describeFlagHistory } from "./console/flag/history.ts";
import { describeFlagInsights } from "./console/flag/insights.ts";
import { describeUseIt } from "./console/flag/use-it.ts";
import { describeFlagPage } from "./console/flag/page.ts";
import { describeAccessPages } from "./console/admin/access.ts";
import { describeCreateJourneys } from "./console/start/create.ts";
import { describeSegmentPages } from "./console/admin/segments.ts";
import { describeEditingJourneys } from "./console/journeys-editing.ts";
import { describeFlagJourneys } from "./console/journeys-flags.ts";
import { describeHashedJourneys } from "./console/journeys-hashed.ts";
import { describeImportJourneys } from "./console/journeys-import.ts";
import { describeLifecycleJourneys } from "./console/journeys-lifecycle.ts";
import { describeWebhookJourneys } from "./console/journeys-webhooks.ts";
import { describeListJourneys } from "./console/journeys-list.ts";
import { describeModelJourneys } from "./console/journeys-model.ts";
import { describeNoteJourneys } from "./console/journeys-notes.ts";
import { describeRampJourneys } from "./console/journeys-ramp.ts";
import { describeRatioJourneys } from "./console/flag/ratios.ts";
import { describeFirstSteps } from "./console/start/first-steps.ts";
import { describePendingJourneys } from "./console/start/pending.ts";
import { describeOperationJourneys } from "./console/journeys-operations.ts";
import { describeSchemaJourneys } from "./console/journeys-schema.ts";
import { describeAllFlagsJourneys } from "./console/journeys-all-flags.ts";
import { describeTryItJourneys } from "./console/journeys-try-it.ts";
import { describeScale } from "./console/scale.ts";
import { describeSession } from "./console/session.ts";
import { describeUnsavedWork } from "./console/unsaved-work.ts";
import { type ConsoleWorld, startConsoleWorld } from "./console/support/console-world.ts";

let world: ConsoleWorld;

beforeAll(async () => {
  world = await startConsoleWorld();
});
afterAll(() => world?.close());

const theWorld = () => world;

describeFlagJourneys(theWorld);
describeListJourneys(theWorld);
describeCreateJourneys(theWorld);
describeEditingJourneys(theWorld);
describeFlagPage(theWorld);
describeFlagHistory(theWorld);
describeFlagInsights(theWorld);
describeUseIt(theWorld);
describeOperationJourneys(theWorld);
describeWebhookJourneys(theWorld);
describeRampJourneys(theWorld);
describePendingJourneys(theWorld);
describeFirstSteps(theWorld);
describeRatioJourneys(theWorld);
describeImportJourneys(theWorld);
describeModelJourneys(theWorld);
describeNoteJourneys(theWorld);
describeHashedJourneys(theWorld);
describeLifecycleJourneys(theWorld);
describeSchemaJourneys(theWorld);
describeTryItJourneys(theWorld);
describeAllFlagsJourneys(theWorld);
describeSession(theWorld);
describeAccessPages(theWorld);
describeSegmentPages(theWorld);
describeAccessibility(theWorld);
describeScale(theWorld);
describeUnsavedWork(theWorld);
