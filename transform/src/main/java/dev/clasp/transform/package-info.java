/**
 * What happens to a value on its way between two worlds: transforms, curves, expressions and the
 * mapping of addresses (bridges.md 14 and 15). Pure functions; what they remember is in objects
 * that the caller holds.
 */
@NullMarked
package dev.clasp.transform;

import org.jspecify.annotations.NullMarked;
