/** The Java client. */
@NullMarked
package dev.clasp.client;

import org.jspecify.annotations.NullMarked;
