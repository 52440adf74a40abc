/** DMX512 over serial interfaces: ENTTEC DMX USB Pro and its relatives, Open DMX (bridges.md 6). */
@NullMarked
package dev.clasp.bridgedmx;

import org.jspecify.annotations.NullMarked;
