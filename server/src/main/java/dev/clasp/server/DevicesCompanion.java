package dev.clasp.server;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.clasp.discovery.Device;
import dev.clasp.discovery.Discovery;
import dev.clasp.discovery.DiscoveryEvent;
import dev.clasp.discovery.Mechanism;
import dev.clasp.discovery.QrPicture;
import dev.clasp.discovery.ReachableUrls;
import dev.clasp.discovery.RendezvousException;
import dev.clasp.transport.HttpQuery;
import dev.clasp.transport.HttpReply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the console shows of the network: other servers at {@code /api/devices}, and the addresses
 * of this one at {@code /api/addresses}, as a QR code at {@code /api/qr.svg}, and what others are
 * told of it at {@code /api/announcement}.
 *
 * <p>It looks for others only while somebody asks: it begins with the first question and ends a
 * minute after the last. All answers are made on a thread of its own.
 */
public final class DevicesCompanion implements Companion {

  private static final Logger LOG = LoggerFactory.getLogger(DevicesCompanion.class);

  private static final String DEVICES = "/api/devices";
  private static final String ADDRESSES = "/api/addresses";
  private static final String ANNOUNCEMENT = "/api/announcement";
  private static final String QR = "/api/qr.svg";
  private static final Set<String> PATHS = Set.of(DEVICES, ADDRESSES, ANNOUNCEMENT, QR);

  private static final Duration IDLE = Duration.ofSeconds(60);
  private static final int MAX_WAITING = 32;

  /** Addresses of one device that are told. */
  private static final int MAX_ADDRESSES = 16;

  /** What a QR code here may lead to. */
  private static final Set<String> SCHEMES =
      Set.of("ws", "wss", "tcp", "tls", "quic", "http", "https");

  private static final JsonMapper JSON = new JsonMapper();

  private final ClaspServer server;
  private final Function<Consumer<DiscoveryEvent.Failed>, Discovery> looking;
  private final Optional<UUID> self;
  private final long idleNanos;
  private final ThreadPoolExecutor worker =
      new ThreadPoolExecutor(
          1,
          1,
          10,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MAX_WAITING),
          Thread.ofPlatform().daemon().name("clasp-devices").factory());

  /** What does not work, by what. Guarded by itself. */
  private final Map<Mechanism, String> failures = new EnumMap<>(Mechanism.class);

  /** Used by the worker only. */
  private @Nullable Discovery discovery;

  private volatile long askedNanos;
  private volatile boolean closed;

  private DevicesCompanion(
      ClaspServer server,
      Function<Consumer<DiscoveryEvent.Failed>, Discovery> looking,
      Optional<UUID> self,
      Duration idle) {
    this.server = server;
    this.looking = looking;
    this.self = self;
    this.idleNanos = idle.toNanos();
    worker.allowCoreThreadTimeOut(true);
  }

  /**
   * @param looking makes what looks for others; is given whom to tell what does not work
   * @param self by which this server knows itself among them
   */
  public static Companion.Factory factory(
      Function<Consumer<DiscoveryEvent.Failed>, Discovery> looking, Optional<UUID> self) {
    return factory(looking, self, IDLE);
  }

  /**
   * @param idle after so long without a question it looks no longer
   */
  static Companion.Factory factory(
      Function<Consumer<DiscoveryEvent.Failed>, Discovery> looking,
      Optional<UUID> self,
      Duration idle) {
    return server -> new DevicesCompanion(server, looking, self, idle);
  }

  /** What is answered. */
  static List<String> calls() {
    return PATHS.stream().map(path -> "GET " + path).toList();
  }

  @Override
  public String name() {
    return "devices";
  }

  @Override
  public boolean has(String path) {
    return PATHS.contains(path);
  }

  @Override
  public void handle(HttpQuery query, Consumer<HttpReply> answer) {
    switch (query.path()) {
      case DEVICES -> page(query, answer, this::devices);
      case ADDRESSES -> page(query, answer, this::addresses);
      case ANNOUNCEMENT -> page(query, answer, this::announcement);
      // Says nothing that whoever asks does not know, and pictures come without a token.
      default -> compute(() -> qr(query), answer);
    }
  }

  private void page(HttpQuery query, Consumer<HttpReply> answer, Supplier<HttpReply> page) {
    server
        .access()
        .page(server.config().effectiveOrigins(), query, () -> compute(page, answer), answer);
  }

  private void compute(Supplier<HttpReply> page, Consumer<HttpReply> answer) {
    try {
      worker.execute(() -> {
        HttpReply reply;
        try {
          reply = page.get();
        } catch (RuntimeException e) {
          LOG.error("a page about devices failed", e);
          reply = HttpReply.text(500, "internal error\n");
        }
        answer.accept(reply);
      });
    } catch (RejectedExecutionException e) {
      answer.accept(
          HttpReply.text(503, "too many ask at once; try again in a second\n")
              .withHeader("Retry-After", "1"));
    }
  }

  // --- others ------------------------------------------------------------------------------------

  private HttpReply devices() {
    askedNanos = System.nanoTime();
    ObjectNode root = JSON.createObjectNode();
    ArrayNode list = root.putArray("devices");
    Optional<Discovery> now = looking();
    now.ifPresent(d -> d.devices().forEach(device -> list.add(json(device))));
    ArrayNode problems = root.putArray("problems");
    synchronized (failures) {
      failures.forEach((mechanism, problem) ->
          problems.addObject().put("mechanism", mechanism.toString()).put("problem", problem));
    }
    return json(root);
  }

  /** On the worker. */
  private Optional<Discovery> looking() {
    Discovery now = discovery;
    if (now == null && !closed) {
      try {
        now =
            looking.apply(failed -> {
              synchronized (failures) {
                failures.put(failed.mechanism(), failed.message());
              }
            });
      } catch (RendezvousException e) {
        LOG.warn("cannot look for other servers: {}", e.getMessage());
        return Optional.empty();
      }
      now.start();
      discovery = now;
      stopWhenNobodyAsks();
    }
    return Optional.ofNullable(now);
  }

  private void stopWhenNobodyAsks() {
    CompletableFuture.delayedExecutor(idleNanos, TimeUnit.NANOSECONDS, Runnable::run)
        .execute(() -> {
          if (closed) {
            return;
          }
          if (System.nanoTime() - askedNanos < idleNanos) {
            stopWhenNobodyAsks();
            return;
          }
          try {
            worker.execute(this::stopLooking);
          } catch (RejectedExecutionException e) {
            stopWhenNobodyAsks();
          }
        });
  }

  private void stopLooking() {
    Discovery now = discovery;
    discovery = null;
    synchronized (failures) {
      failures.clear();
    }
    if (now != null) {
      now.close();
    }
  }

  private ObjectNode json(Device device) {
    ObjectNode node =
        JSON.createObjectNode()
            .put("id", device.id())
            .put("name", device.name())
            .put(
                "secondsSinceSeen",
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - device.lastSeenNanos()) / 1000.0)
            .put(
                "secondsSinceFound",
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - device.discoveredNanos())
                    / 1000.0)
            .put(
                "self",
                self.map(UUID::toString).map(device.stableId().orElse("")::equals).orElse(false));
    device.url().ifPresent(url -> node.put("url", url));
    page(device).ifPresent(url -> node.put("page", url));
    ObjectNode endpoints = node.putObject("endpoints");
    device.endpoints().forEach(endpoints::put);
    ArrayNode addresses = node.putArray("addresses");
    for (String address : device.info().meta().getOrDefault("addresses", "").split("[,\\s]+", -1)) {
      if (!address.isEmpty() && addresses.size() < MAX_ADDRESSES) {
        addresses.add(address);
      }
    }
    ArrayNode sources = node.putArray("sources");
    device.sources().forEach(source -> sources.add(source.toString()));
    ArrayNode features = node.putArray("features");
    device.info().features().forEach(features::add);
    return node;
  }

  /** Where its console is, if it is one of ours: on the port of its WebSockets. */
  private static Optional<String> page(Device device) {
    return device
        .url()
        .filter(url -> url.startsWith("ws://") || url.startsWith("wss://"))
        .flatMap(url -> {
          try {
            URI uri = new URI(url);
            return uri.getRawAuthority() == null
                ? Optional.empty()
                : Optional.of(
                    (url.startsWith("wss") ? "https://" : "http://") + uri.getRawAuthority() + "/");
          } catch (URISyntaxException e) {
            return Optional.empty();
          }
        });
  }

  // --- this one ----------------------------------------------------------------------------------

  private HttpReply addresses() {
    ObjectNode root = JSON.createObjectNode();
    ArrayNode urls = root.putArray("urls");
    ReachableUrls.of(server.address(), server.urls()).forEach(urls::add);
    ArrayNode pages = root.putArray("pages");
    ReachableUrls.of(server.address(), List.of(server.consoleUrl())).forEach(pages::add);
    return json(root);
  }

  /** What mDNS tells, and what else lets others find this server. */
  private HttpReply announcement() {
    ObjectNode root = JSON.createObjectNode();
    for (Companion companion : server.companions()) {
      switch (companion) {
        case MdnsCompanion mdns -> {
          MdnsCompanion.Announcement what = mdns.announcement();
          ObjectNode node =
              root.putObject("mdns")
                  .put("announced", what.obstacle().isEmpty())
                  .put("service", what.service())
                  .put("port", what.port());
          what.obstacle().ifPresent(why -> node.put("why", why));
          ArrayNode text = node.putArray("text");
          what.text().forEach(text::add);
          counted(node, mdns);
        }
        case BroadcastCompanion broadcast -> counted(root.putObject("broadcast"), broadcast);
        case RegistrationCompanion registration ->
            counted(root.putObject("registration"), registration);
        case RendezvousCompanion rendezvous -> counted(root.putObject("rendezvous"), rendezvous);
        default -> {}
      }
    }
    return json(root);
  }

  private static void counted(ObjectNode node, Companion companion) {
    ObjectNode counters = node.putObject("counters");
    new TreeMap<>(companion.counters()).forEach(counters::put);
  }

  private static HttpReply qr(HttpQuery query) {
    try {
      String url = parameter(query, "url");
      String scheme = url.replaceFirst(":.*", "").toLowerCase(Locale.ROOT);
      if (!SCHEMES.contains(scheme) || !url.startsWith("://", scheme.length())) {
        throw new IllegalArgumentException("url must be that of a server: ws://host:7330");
      }
      return new HttpReply(
              200, "image/svg+xml", QrPicture.of(url).svg().getBytes(StandardCharsets.UTF_8))
          .withHeader("Cache-Control", "private, max-age=3600");
    } catch (IllegalArgumentException e) {
      return HttpReply.text(400, e.getMessage() + "\n");
    }
  }

  private static String parameter(HttpQuery query, String name) {
    for (String part : query.query().split("&", -1)) {
      if (part.startsWith(name + "=")) {
        return URLDecoder.decode(part.substring(name.length() + 1), StandardCharsets.UTF_8);
      }
    }
    throw new IllegalArgumentException(name + " is missing");
  }

  private static HttpReply json(ObjectNode node) {
    try {
      return new HttpReply(200, "application/json", JSON.writeValueAsBytes(node))
          .withHeader("Cache-Control", "no-store");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is being computed comes to its end, for a second at most. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      worker.execute(this::stopLooking);
      worker.shutdown();
      if (!worker.awaitTermination(2, TimeUnit.SECONDS)) {
        LOG.warn("looking for other servers does not end");
      }
    } catch (RejectedExecutionException e) {
      worker.shutdownNow();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
