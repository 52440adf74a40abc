package dev.clasp.adaptermqtt;

import dev.clasp.router.RouterConnection;
import dev.clasp.router.spi.Connection;
import io.netty.channel.EventLoop;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;

/** What all clients of the adapter share. Thread-safe. */
final class Broker {

  /** Takes a connection on for the router. On the thread of the loop. */
  @FunctionalInterface
  interface Door {
    RouterConnection open(EventLoop loop, Connection connection);
  }

  final MqttAdapterConfig config;
  final Topics topics;
  final Originals originals;
  final MqttCounts counts = new MqttCounts();
  final Sessions sessions;
  final SharedGroups groups = new SharedGroups();
  final BrokerTime time;
  final String version;

  /** Whether {@code /a/**} of the router matches {@code /a}. */
  final boolean globstarParent;

  /** Subscriptions of the router that one session may have, and how many more all of them may. */
  final int maxSubscriptions;

  final IntSupplier roomForSubscriptions;

  private final Door door;
  private final Map<EventLoop, Translations> translations = new ConcurrentHashMap<>();
  private final long started;

  Broker(
      MqttAdapterConfig config,
      Door door,
      boolean globstarParent,
      int maxSubscriptions,
      IntSupplier roomForSubscriptions,
      String version,
      BrokerTime time) {
    this.config = config;
    this.door = door;
    this.globstarParent = globstarParent;
    this.maxSubscriptions = maxSubscriptions;
    this.roomForSubscriptions = roomForSubscriptions;
    this.version = version;
    this.time = time;
    this.originals = new Originals(1 << 17, time);
    this.topics = new Topics(config.namespace());
    this.sessions = new Sessions(config.maxAway());
    this.started = time.nanos();
  }

  RouterConnection open(EventLoop loop, Connection connection) {
    return door.open(loop, connection);
  }

  Translations translationsOf(EventLoop loop) {
    return translations.computeIfAbsent(loop, _ -> new Translations(this, new TopicNames(topics)));
  }

  /** What the server says of itself, by topic (bridges.md 12.7). */
  Map<String, String> system() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("$SYS/broker/version", "CLASP " + version);
    all.put("$SYS/broker/uptime", (time.nanos() - started) / 1_000_000_000L + " seconds");
    int total = sessions.size();
    int away = sessions.awaySize();
    all.put("$SYS/broker/clients/total", String.valueOf(total));
    all.put("$SYS/broker/clients/connected", String.valueOf(Math.max(0, total - away)));
    all.put("$SYS/broker/clients/disconnected", String.valueOf(away));
    all.put("$SYS/broker/messages/received", String.valueOf(counts.of(MqttCounter.MESSAGES_IN)));
    all.put("$SYS/broker/messages/sent", String.valueOf(counts.of(MqttCounter.MESSAGES_OUT)));
    all.put("$SYS/broker/publish/messages/dropped", String.valueOf(counts.of(MqttCounter.DROPPED)));
    return all;
  }
}
