/** The address space as an OSCQuery tree, and the trees of other programs in the address space. */
@NullMarked
package dev.clasp.oscquery;

import org.jspecify.annotations.NullMarked;
