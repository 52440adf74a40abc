@NullMarked
package dev.clasp.serial;

import org.jspecify.annotations.NullMarked;
