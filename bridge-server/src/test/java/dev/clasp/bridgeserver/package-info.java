@NullMarked
package dev.clasp.bridgeserver;

import org.jspecify.annotations.NullMarked;
