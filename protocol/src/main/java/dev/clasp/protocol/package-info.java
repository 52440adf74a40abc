/**
 * Frames, messages, values, addresses and patterns of the CLASP protocol. No I/O, no threads, no
 * dependencies.
 *
 * <p>Bytes are handled as {@code byte[]} ranges. Everything read from outside is checked; the only
 * exception for bad bytes is {@link dev.clasp.protocol.DecodeException}.
 */
@NullMarked
package dev.clasp.protocol;

import org.jspecify.annotations.NullMarked;
