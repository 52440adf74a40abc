/** Tests of discovery. */
@NullMarked
package dev.clasp.discovery;

import org.jspecify.annotations.NullMarked;
