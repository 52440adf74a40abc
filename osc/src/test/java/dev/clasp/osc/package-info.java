@NullMarked
package dev.clasp.osc;

import org.jspecify.annotations.NullMarked;
