package dev.clasp.systemtests;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * Describes what the router has to do but cannot do yet: not run, unless with {@code
 * -Dclasp.pending=}. Remove the annotation when it can.
 */
@Tag("pending")
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Pending {
  /** What is missing. */
  String value();
}
