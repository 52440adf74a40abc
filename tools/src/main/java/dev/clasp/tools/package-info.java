/** Programs that the build runs. */
@NullMarked
package dev.clasp.tools;

import org.jspecify.annotations.NullMarked;
