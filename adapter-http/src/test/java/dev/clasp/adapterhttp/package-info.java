@NullMarked
package dev.clasp.adapterhttp;

import org.jspecify.annotations.NullMarked;
