/** The same cases as on Node: operators and evaluation may not depend on the engine around them. */
import "../unit/evaluation/conformance.test.ts";
