package dev.clasp.systemtests;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * Starts the program as it was packaged, so it runs after the phase package: {@code mvn verify}.
 */
@Tag("real-program")
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface RealProgram {}
