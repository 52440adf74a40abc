@NullMarked
package dev.clasp.examples;

import org.jspecify.annotations.NullMarked;
