/**
 * What can be done with the Java client, a small program for each. Each takes the URL of a router
 * as its first argument; {@code examples/README.md} says how to run them.
 */
@NullMarked
package dev.clasp.examples;

import org.jspecify.annotations.NullMarked;
