/** Tests of the transport. */
@NullMarked
package dev.clasp.transport;

import org.jspecify.annotations.NullMarked;
