@NullMarked
package dev.clasp.bridgemidi;

import org.jspecify.annotations.NullMarked;
