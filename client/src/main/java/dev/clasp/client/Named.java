package dev.clasp.client;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What something is called in values that are made from Java objects, where that differs from its
 * Java name: the component of a record (the key of its entry), a constant of an enum (its text), or
 * a record of a sealed interface (the text of its entry {@code type}). See {@link Values}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.FIELD, ElementType.TYPE})
public @interface Named {

  /** The name in values. */
  String value();
}
