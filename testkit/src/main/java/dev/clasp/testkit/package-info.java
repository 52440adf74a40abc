/** Fakes that the tests of the other modules share. */
@NullMarked
package dev.clasp.testkit;

import org.jspecify.annotations.NullMarked;
