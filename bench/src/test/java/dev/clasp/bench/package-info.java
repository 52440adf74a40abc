@NullMarked
package dev.clasp.bench;

import org.jspecify.annotations.NullMarked;
