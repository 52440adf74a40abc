/**
 * The server: puts router, transports and pages together. Configuration is a record passed to
 * constructors; nothing is global.
 */
@NullMarked
package dev.clasp.server;

import org.jspecify.annotations.NullMarked;
