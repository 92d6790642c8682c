import { describeLibrary, LIBRARY_CASES } from "../../support/edge/library-suite.ts";

// The other libraries load in the same way; test/deep/delivery/libraries.test.ts runs them.
describeLibrary(LIBRARY_CASES.slice(0, 1));
