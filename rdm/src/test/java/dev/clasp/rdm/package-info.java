@NullMarked
package dev.clasp.rdm;

import org.jspecify.annotations.NullMarked;
