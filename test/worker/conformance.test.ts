/** Runs the conformance cases in workerd as well, because results must not depend on the JavaScript engine. */
import "../unit/evaluation/conformance.test.ts";
import "../unit/evaluation/hashing/schemes.test.ts";
import "../unit/sdk/provider/conformance.test.ts";
