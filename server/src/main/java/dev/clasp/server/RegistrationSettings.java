package dev.clasp.server;

import dev.clasp.discovery.RendezvousClient;
import dev.clasp.discovery.RendezvousException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * How a server makes itself known to a rendezvous server. Immutable.
 *
 * @param url of the rendezvous server: {@code http://host:7340}
 * @param token if that one wants one
 * @param tags by which this server is to be found
 * @param interval between refreshes, if the time to live does not want more of them
 * @param endpoints URLs that others shall use; empty = those of the listeners, with addresses of
 *     this machine
 * @param id of this server over all mechanisms
 */
public record RegistrationSettings(
    String url,
    Optional<String> token,
    List<String> tags,
    Duration interval,
    List<String> endpoints,
    Optional<UUID> id) {

  public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(120);

  /**
   * @throws RendezvousException the URL is none
   */
  public RegistrationSettings {
    RendezvousClient.checkUrl(url);
    tags = List.copyOf(tags);
    endpoints = List.copyOf(endpoints);
    if (interval.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException("the interval must be 1 s at least, not " + interval);
    }
  }

  public RegistrationSettings(String url) {
    this(url, Optional.empty(), List.of(), DEFAULT_INTERVAL, List.of(), Optional.empty());
  }

  public RegistrationSettings withToken(String value) {
    return new RegistrationSettings(url, Optional.of(value), tags, interval, endpoints, id);
  }

  public RegistrationSettings withTags(List<String> value) {
    return new RegistrationSettings(url, token, value, interval, endpoints, id);
  }

  public RegistrationSettings withInterval(Duration value) {
    return new RegistrationSettings(url, token, tags, value, endpoints, id);
  }

  public RegistrationSettings withEndpoints(List<String> value) {
    return new RegistrationSettings(url, token, tags, interval, value, id);
  }

  public RegistrationSettings withId(UUID value) {
    return new RegistrationSettings(url, token, tags, interval, endpoints, Optional.of(value));
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "RegistrationSettings[" + url + ", " + tags + "]";
  }
}
