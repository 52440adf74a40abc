package dev.clasp.router;

import dev.clasp.protocol.Message.Range;
import org.jspecify.annotations.Nullable;

/**
 * What an announcement says about the parameter of an address, for whoever writes it. Immutable.
 *
 * @param range smallest and largest number allowed, both included; null if not announced
 */
record AnnouncedParameter(@Nullable Range range, ParameterSettings settings) {}
