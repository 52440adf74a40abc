/** Socket.IO servers and clients, as a bridge (bridges.md 11). */
@NullMarked
package dev.clasp.bridgesocketio;

import org.jspecify.annotations.NullMarked;
