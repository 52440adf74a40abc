@NullMarked
package dev.clasp.bridgeosc;

import org.jspecify.annotations.NullMarked;
