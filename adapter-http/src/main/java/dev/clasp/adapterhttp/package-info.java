/** The HTTP API on the port of the server: whoever asks is a session of the router. */
@NullMarked
package dev.clasp.adapterhttp;

import org.jspecify.annotations.NullMarked;
