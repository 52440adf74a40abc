/** The relay: configuration, listeners and life cycle around the router. */
@NullMarked
package dev.clasp.server;

import org.jspecify.annotations.NullMarked;
