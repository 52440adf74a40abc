@NullMarked
package dev.clasp.examples.spring;

import org.jspecify.annotations.NullMarked;
