/** OSC programs and devices as a part of the address space (bridges.md 3). */
@NullMarked
package dev.clasp.bridgeosc;

import org.jspecify.annotations.NullMarked;
