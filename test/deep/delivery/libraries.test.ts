import { describeLibrary, LIBRARY_CASES } from "../../support/edge/library-suite.ts";

describeLibrary(LIBRARY_CASES.slice(1));
