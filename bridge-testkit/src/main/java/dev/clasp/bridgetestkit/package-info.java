/** A host that remembers, for the tests of several bridges. */
@NullMarked
package dev.clasp.bridgetestkit;

import org.jspecify.annotations.NullMarked;
