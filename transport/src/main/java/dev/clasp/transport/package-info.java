/** Bytes to frames and back over the network, server and client side. */
@NullMarked
package dev.clasp.transport;

import org.jspecify.annotations.NullMarked;
