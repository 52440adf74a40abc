@NullMarked
package dev.clasp.dmx;

import org.jspecify.annotations.NullMarked;
