@NullMarked
package dev.clasp.bridgeartnet;

import org.jspecify.annotations.NullMarked;
