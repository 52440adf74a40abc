@NullMarked
package dev.clasp.security;

import org.jspecify.annotations.NullMarked;
