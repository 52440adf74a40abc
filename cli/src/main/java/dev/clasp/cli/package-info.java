/** The clasp command. */
@NullMarked
package dev.clasp.cli;

import org.jspecify.annotations.NullMarked;
