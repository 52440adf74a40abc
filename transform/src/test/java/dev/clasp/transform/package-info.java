/** Tests of the transforms and mappings. */
@NullMarked
package dev.clasp.transform;

import org.jspecify.annotations.NullMarked;
