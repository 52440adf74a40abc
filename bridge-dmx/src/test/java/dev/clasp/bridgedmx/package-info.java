@NullMarked
package dev.clasp.bridgedmx;

import org.jspecify.annotations.NullMarked;
