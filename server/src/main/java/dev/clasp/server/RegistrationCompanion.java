package dev.clasp.server;

import dev.clasp.discovery.ReachableUrls;
import dev.clasp.discovery.RegisteredDevice;
import dev.clasp.discovery.Registration;
import dev.clasp.discovery.RendezvousClient;
import dev.clasp.discovery.RendezvousRegistration;
import dev.clasp.protocol.Feature;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a server registered with a rendezvous server, from when it listens until it is about to
 * stop. That the rendezvous server does not answer is no reason not to start.
 */
public final class RegistrationCompanion implements Companion {

  private static final Logger LOG = LoggerFactory.getLogger(RegistrationCompanion.class);

  /** For the goodbye, which itself takes 2 s at most. */
  private static final long GOODBYE_MILLIS = 3000;

  private final ClaspServer server;
  private final RegistrationSettings settings;
  private final RendezvousClient client;
  private @Nullable RendezvousRegistration registration;
  private @Nullable Thread goodbye;

  private RegistrationCompanion(ClaspServer server, RegistrationSettings settings) {
    this.server = server;
    this.settings = settings;
    this.client = new RendezvousClient(settings.url(), settings.token());
  }

  public static Companion.Factory factory(RegistrationSettings settings) {
    return server -> new RegistrationCompanion(server, settings);
  }

  @Override
  public String name() {
    return "registration";
  }

  @Override
  public void start() {
    Registration first = registration();
    if (settings.endpoints().isEmpty() && server.address().getAddress().isLoopbackAddress()) {
      LOG.warn(
          "registering {} with {}: others cannot reach this address. Listen on another one with"
              + " --host, or say by which URL they come",
          first.endpoints().values(),
          settings.url());
    }
    synchronized (this) {
      registration = RendezvousRegistration.start(client, this::registration, settings.interval());
    }
  }

  /** As it is now: addresses of a machine change. */
  private Registration registration() {
    List<String> urls =
        settings.endpoints().isEmpty()
            ? ReachableUrls.of(server.address(), server.urls())
            : settings.endpoints();
    Map<String, String> endpoints = new LinkedHashMap<>();
    for (String url : urls) {
      int scheme = url.indexOf("://");
      if (scheme > 0) {
        endpoints.putIfAbsent(url.substring(0, scheme).toLowerCase(Locale.ROOT), url);
      }
    }
    endpoints.keySet().retainAll(List.of("ws", "wss", "tcp", "tls", "quic", "udp"));
    return new Registration(
        server.router().config().name(),
        endpoints,
        Optional.empty(),
        Arrays.stream(Feature.values()).map(Feature::wireName).toList(),
        settings.tags(),
        settings
            .id()
            .map(id -> Map.of(RegisteredDevice.STABLE_ID, id.toString()))
            .orElse(Map.of()));
  }

  /** Nobody new is sent here. */
  @Override
  public void drain() {
    synchronized (this) {
      RendezvousRegistration leaving = registration;
      registration = null;
      if (leaving != null) {
        goodbye = Thread.ofPlatform().daemon().name("clasp-unregister").start(leaving::close);
      }
    }
  }

  @Override
  public Map<String, Long> counters() {
    RendezvousRegistration now;
    synchronized (this) {
      now = registration;
    }
    return now == null
        ? Map.of()
        : Map.of(
            "registered", now.registered() ? 1L : 0L,
            "registrations", now.registrations(),
            "refreshes", now.refreshes(),
            "failures", now.failures());
  }

  @Override
  public void close() {
    drain();
    Thread leaving;
    synchronized (this) {
      leaving = goodbye;
    }
    if (leaving != null) {
      try {
        leaving.join(GOODBYE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    client.close();
  }
}
