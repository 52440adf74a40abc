@NullMarked
package dev.clasp.adaptermqtt;

import org.jspecify.annotations.NullMarked;
