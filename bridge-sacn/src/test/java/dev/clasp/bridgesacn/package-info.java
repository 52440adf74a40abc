@NullMarked
package dev.clasp.bridgesacn;

import org.jspecify.annotations.NullMarked;
