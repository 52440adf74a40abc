/**
 * MIDI 1.0 and 2.0 as bytes: messages, streams, controllers with 14 bits, time code, files,
 * RTP-MIDI packets (bridges.md 4.5). No ports and no sockets.
 */
@NullMarked
package dev.clasp.midi;

import org.jspecify.annotations.NullMarked;
