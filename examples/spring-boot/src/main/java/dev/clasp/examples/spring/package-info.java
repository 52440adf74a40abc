/** A starter for Spring Boot: a connected client as a bean, from properties, with its health. */
@NullMarked
package dev.clasp.examples.spring;

import org.jspecify.annotations.NullMarked;
