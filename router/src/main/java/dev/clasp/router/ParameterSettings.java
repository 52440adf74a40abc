package dev.clasp.router;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What somebody says about one parameter. Immutable.
 *
 * @param strategy null if nothing is said about it
 * @param ttlNanos 0 = no end; {@link #UNSAID} if nothing is said about it
 * @param ephemeral ends with the session that wrote it last
 */
record ParameterSettings(@Nullable ConflictStrategy strategy, long ttlNanos, boolean ephemeral) {

  static final long UNSAID = -1;

  static final ParameterSettings NONE = new ParameterSettings(null, UNSAID, false);

  /**
   * The rules of the configuration, for addresses that become known. There are few different
   * settings, so addresses share them. Thread-safe.
   */
  static final class Rules {
    private final List<ParameterRule> rules;
    private final Map<ParameterSettings, ParameterSettings> known = new ConcurrentHashMap<>();

    Rules(List<ParameterRule> rules) {
      this.rules = rules;
    }

    ParameterSettings of(byte[] address) {
      if (rules.isEmpty()) {
        return NONE;
      }
      ConflictStrategy strategy = null;
      long ttlNanos = UNSAID;
      boolean ephemeral = false;
      for (ParameterRule rule : rules) {
        if (rule.pattern().matches(address, 0, address.length)) {
          strategy = strategy == null ? rule.strategy().orElse(null) : strategy;
          ttlNanos = ttlNanos == UNSAID ? rule.ttlNanos().orElse(UNSAID) : ttlNanos;
          ephemeral |= rule.ephemeral();
        }
      }
      ParameterSettings settings = new ParameterSettings(strategy, ttlNanos, ephemeral);
      return settings.equals(NONE) ? NONE : known.computeIfAbsent(settings, s -> s);
    }
  }
}
