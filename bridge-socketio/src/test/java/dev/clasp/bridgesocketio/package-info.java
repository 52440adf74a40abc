@NullMarked
package dev.clasp.bridgesocketio;

import org.jspecify.annotations.NullMarked;
