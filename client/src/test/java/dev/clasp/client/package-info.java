/** Tests of the client: against a fake connection and fake time, and over real WebSockets. */
@NullMarked
package dev.clasp.client;

import org.jspecify.annotations.NullMarked;
