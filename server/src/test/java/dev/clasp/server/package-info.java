/** Tests of the server. */
@NullMarked
package dev.clasp.server;

import org.jspecify.annotations.NullMarked;
