/**
 * Tests of the wire protocol; the vectors are frames of the published clients and of the reference.
 */
@NullMarked
package dev.clasp.protocol;

import org.jspecify.annotations.NullMarked;
