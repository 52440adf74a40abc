/**
 * Universes of DMX512-A (ANSI E1.11) and what every bridge to lights shares: who sends what with
 * which priority, how that is merged, when it is sent, and which slots a fixture has (bridges.md 5
 * to 7). No sockets and no ports.
 */
@NullMarked
package dev.clasp.dmx;

import org.jspecify.annotations.NullMarked;
