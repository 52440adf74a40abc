/** Tests of the adapter for OSC. */
@NullMarked
package dev.clasp.adapterosc;

import org.jspecify.annotations.NullMarked;
