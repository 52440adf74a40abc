package dev.clasp.discovery;

import java.time.Duration;

/**
 * Bounds of a rendezvous server (discovery.md 4.5, 4.6). Immutable. "Source" is an IPv4 address or
 * an IPv6 network of 64 bits; this machine itself is no source and has no limits.
 *
 * @param ttl after so long without a refresh a registration ends; 1 s to 1 day
 * @param maxDevices in all; one more takes the place of another
 * @param maxPerSource of one source; one more takes the place of its oldest, or is refused if
 *     {@code strict}
 * @param strict whether sources that have as many as they may are refused
 * @param registrationsPerMinute of one source; 0 = no limit
 * @param requestsPerMinute of all other kinds from one source; 0 = no limit
 */
public record RegistryConfig(
    Duration ttl,
    int maxDevices,
    int maxPerSource,
    boolean strict,
    int registrationsPerMinute,
    int requestsPerMinute) {

  public static final RegistryConfig DEFAULT =
      new RegistryConfig(Duration.ofSeconds(300), 10_000, 10, false, 10, 60);

  public RegistryConfig {
    if (ttl.compareTo(Duration.ofSeconds(1)) < 0 || ttl.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("the ttl must be 1 s to 1 day, not " + ttl);
    }
    range("maxDevices", maxDevices, 1, 1_000_000);
    range("maxPerSource", maxPerSource, 1, 1_000_000);
    range("registrationsPerMinute", registrationsPerMinute, 0, 1_000_000);
    range("requestsPerMinute", requestsPerMinute, 0, 1_000_000);
  }

  private static void range(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + " must be " + least + " to " + most + ", not " + value);
    }
  }

  public RegistryConfig withTtl(Duration value) {
    return new RegistryConfig(
        value, maxDevices, maxPerSource, strict, registrationsPerMinute, requestsPerMinute);
  }

  public RegistryConfig withMaxDevices(int value) {
    return new RegistryConfig(
        ttl, value, maxPerSource, strict, registrationsPerMinute, requestsPerMinute);
  }

  public RegistryConfig withMaxPerSource(int value, boolean refuse) {
    return new RegistryConfig(
        ttl, maxDevices, value, refuse, registrationsPerMinute, requestsPerMinute);
  }

  public RegistryConfig withRates(int registrations, int requests) {
    return new RegistryConfig(ttl, maxDevices, maxPerSource, strict, registrations, requests);
  }
}
