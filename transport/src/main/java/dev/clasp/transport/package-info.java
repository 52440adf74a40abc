/**
 * Carries CLASP frames over sockets: connections become {@link dev.clasp.transport.FrameLink}s,
 * either side. Bytes in, frames out; nothing here looks into a message.
 */
@NullMarked
package dev.clasp.transport;

import org.jspecify.annotations.NullMarked;
