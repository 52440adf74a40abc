/** MIDI devices, programs and networks, as a bridge (bridges.md 4). */
@NullMarked
package dev.clasp.bridgemidi;

import org.jspecify.annotations.NullMarked;
