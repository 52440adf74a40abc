/** End-to-end tests against the real program, and the test of the floors. */
@NullMarked
package dev.clasp.systemtests;

import org.jspecify.annotations.NullMarked;
