package dev.clasp.client;

import dev.clasp.protocol.Feature;
import dev.clasp.transport.Backoff;
import dev.clasp.transport.LinkClient;
import java.net.URI;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Everything a client is built from, as its builder collected it.
 *
 * @param tokens gives an empty text for "no token"
 * @param tokenMayChange asking again may give another token
 */
record ClientConfig(
    List<URI> uris,
    String name,
    Set<Feature> features,
    Supplier<String> tokens,
    boolean tokenMayChange,
    Duration connectTimeout,
    Duration requestTimeout,
    boolean reconnect,
    boolean awaitRouter,
    Backoff backoff,
    Consumer<? super ClientEvent> listener,
    OfflinePolicy offline,
    int maxWaitingBytes,
    int maxViewParameters,
    long maxViewBytes,
    boolean clockSync) {

  static final String DEFAULT_NAME = "CLASP Java";

  /** A connection that lasted so long starts the count of attempts again. */
  static final Duration STABLE = Duration.ofSeconds(30);

  static final Set<Feature> DEFAULT_FEATURES =
      Set.copyOf(EnumSet.complementOf(EnumSet.of(Feature.FEDERATION)));

  ClientConfig {
    uris = List.copyOf(uris);
    features = Set.copyOf(features);
  }

  /** Longest frame that every one of the routers takes. */
  int maxFrame() {
    return uris.stream().mapToInt(LinkClient::maxFrame).min().orElseThrow();
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "ClientConfig[" + name + " to " + uris + "]";
  }
}
