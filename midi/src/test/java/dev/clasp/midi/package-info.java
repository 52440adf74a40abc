@NullMarked
package dev.clasp.midi;

import org.jspecify.annotations.NullMarked;
