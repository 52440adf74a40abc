@NullMarked
package dev.clasp.bridgehttp;

import org.jspecify.annotations.NullMarked;
