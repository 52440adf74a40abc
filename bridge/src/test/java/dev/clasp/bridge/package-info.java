@NullMarked
package dev.clasp.bridge;

import org.jspecify.annotations.NullMarked;
