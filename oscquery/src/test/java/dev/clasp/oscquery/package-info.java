@NullMarked
package dev.clasp.oscquery;

import org.jspecify.annotations.NullMarked;
