/** Streaming ACN (ANSI E1.31-2018): packets, sender and receiver (bridges.md 7). */
@NullMarked
package dev.clasp.bridgesacn;

import org.jspecify.annotations.NullMarked;
