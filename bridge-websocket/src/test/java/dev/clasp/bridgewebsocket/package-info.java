@NullMarked
package dev.clasp.bridgewebsocket;

import org.jspecify.annotations.NullMarked;
