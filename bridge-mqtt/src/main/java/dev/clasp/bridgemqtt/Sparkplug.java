package dev.clasp.bridgemqtt;

import dev.clasp.bridge.MqttTopic;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridgemqtt.SparkplugPayload.Metric;
import dev.clasp.bridgemqtt.SparkplugPayload.Type;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Message.SignalMeta;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Edge nodes of Sparkplug B as signals (Sparkplug 3.0.0): metric {@code M} of device {@code D} is
 * parameter {@code /spBv1.0/group/node/D/M}, and {@code $state} beside it says online or offline. A
 * birth says which metrics there are, of what types, and their aliases; what does not follow from
 * one makes us ask for another. What is written to a metric goes to its node as a command.
 *
 * <p>Bounded. Thread-safe.
 */
final class Sparkplug {

  static final String PREFIX = "spBv1.0/";

  private static final String REBIRTH = "Node Control/Rebirth";
  private static final String STATE = "$state";
  private static final String FULL = "there are too many";

  static final int MAX_NODES = 10_000;

  /** Of all nodes together; a device counts as one more. */
  static final int MAX_METRICS = 100_000;

  /** Characters of a path: what is longer is nobody's name, and there may be many. */
  private static final int MAX_PATH = 1024;

  /** Characters. */
  private static final int MAX_UNIT = 64;

  /** A node that cannot be understood is asked again only after so long. */
  private static final long REBIRTH_NANOS = 10_000_000_000L;

  private record Known(String name, OptionalLong alias, Type type, Optional<String> unit) {}

  private record Source(String group, String node, Optional<String> device) {
    String key() {
      return group + "/" + node;
    }

    String path() {
      return "/"
          + MqttTopic.escaped(PREFIX + group + "/" + node + device.map(d -> "/" + d).orElse(""));
    }
  }

  private static final class Node {
    private boolean online;
    private long bdSeq = -1;
    private int nextSeq;

    /** Of the whole node: an alias is unique there (section 6.4.6). */
    private final Map<Long, String> aliases = new HashMap<>();

    /** Of the node itself under an empty text, and of its devices. */
    private final Map<String, Map<String, Known>> metrics = new LinkedHashMap<>();
  }

  private record Target(Source source, Known metric) {}

  private final EndpointContext context;

  /** Where to send commands. */
  private final Consumer<Letter> commands;

  /** Told when there is something else in {@link #offers}. */
  private final Runnable changed;

  /** Whether anything may be sent. */
  private final boolean asks;

  /** Only nodes that were born; in the order of their first birth. */
  private final LinkedHashMap<String, Node> nodes = new LinkedHashMap<>();

  /** When a node was asked for a birth that has not come yet; the oldest first. */
  private final LinkedHashMap<String, Long> asked = new LinkedHashMap<>();

  /** Of all nodes: their devices and metrics. */
  private int total;

  private final Map<String, Target> byPath = new LinkedHashMap<>();

  /**
   * @param asks whether nodes may be asked for a birth
   */
  Sparkplug(EndpointContext context, boolean asks, Consumer<Letter> commands, Runnable changed) {
    this.context = context;
    this.asks = asks;
    this.commands = commands;
    this.changed = changed;
  }

  /**
   * Takes a message of a topic below {@link #PREFIX}.
   *
   * @return what it says, in order
   */
  synchronized List<MappedSignal> received(Letter letter) {
    String[] levels = letter.topic().split("/", -1);
    if (levels.length == 3 && levels[1].equals("STATE")) {
      // A host application; JSON. Nobody's metric.
      return List.of();
    }
    if (levels.length < 4 || levels.length > 5) {
      context.dropped(letter.topic() + " is no topic of Sparkplug B");
      return List.of();
    }
    Source source =
        new Source(
            levels[1], levels[3], levels.length == 5 ? Optional.of(levels[4]) : Optional.empty());
    String key = source.key();
    switch (levels[2]) {
      case "NCMD", "DCMD" -> {
        return List.of();
      }
      case "NBIRTH", "DBIRTH", "NDATA", "DDATA", "NDEATH", "DDEATH" -> {}
      default -> {
        context.dropped(letter.topic() + " is no topic of Sparkplug B");
        return List.of();
      }
    }
    if (levels[2].startsWith("D") == source.device().isEmpty()) {
      context.dropped(letter.topic() + " is no topic of Sparkplug B");
      return List.of();
    }
    if (source.path().length() > MAX_PATH) {
      context.dropped("a topic of Sparkplug B is too long");
      return List.of();
    }
    Optional<SparkplugPayload> read = SparkplugPayload.read(letter.payload());
    if (read.isEmpty()) {
      context.dropped(letter.topic() + ": the payload is not Sparkplug B");
      return List.of();
    }
    Node node = nodes.get(key);
    if (node == null) {
      switch (levels[2]) {
        case "NBIRTH" -> {
          if (nodes.size() >= MAX_NODES && !forgetOffline(Optional.empty())) {
            context.dropped(
                "more than " + MAX_NODES + " nodes of Sparkplug; " + key + " is left out");
            return List.of();
          }
          node = new Node();
          nodes.put(key, node);
        }
        case "DBIRTH", "NDATA", "DDATA" -> {
          rebirth(source, "it was not born before");
          return List.of();
        }
        default -> {
          return List.of(state(source, false));
        }
      }
    }
    return switch (levels[2]) {
      case "NBIRTH", "DBIRTH" -> birth(source, node, read.get());
      case "NDATA", "DDATA" -> data(source, node, read.get());
      case "NDEATH" -> nodeDeath(source, node, read.get());
      default -> deviceDeath(source, node, read.get());
    };
  }

  // --- births ------------------------------------------------------------------------------------

  private List<MappedSignal> birth(Source source, Node node, SparkplugPayload payload) {
    if (source.device().isEmpty()) {
      node.online = true;
      // Devices are born again after their node.
      forget(source, node);
      node.bdSeq = bdSeq(payload).orElse(-1);
      node.nextSeq = ((int) payload.seq().orElse(0) + 1) & 0xFF;
      asked.remove(source.key());
    } else {
      if (!node.online) {
        rebirth(source, "a device was born before its node");
        return List.of();
      }
      inOrder(source, node, payload);
      forgetMetrics(source, node);
    }
    Map<String, Known> metrics = new LinkedHashMap<>();
    String base = source.path() + "/";
    int left = room(payload.metrics().size() + 1, source);
    if (left == 0) {
      context.dropped(source.path() + " is left out: " + FULL);
      return List.of();
    }
    left--;
    int out = 0;
    List<MappedSignal> signals = new ArrayList<>();
    for (Metric metric : payload.metrics()) {
      if (metric.name().isEmpty()) {
        continue;
      }
      String name = metric.name().get();
      String path = base + MqttTopic.escaped(name);
      if (path.length() > MAX_PATH || metrics.size() >= left && !metrics.containsKey(name)) {
        out++;
        continue;
      }
      Known each =
          new Known(
              name,
              metric.alias(),
              metric.type(),
              metric.unit().filter(unit -> unit.length() <= MAX_UNIT));
      metrics.put(name, each);
      byPath.put(path, new Target(source, each));
      tell(base, each, metric, signals);
    }
    metrics.values().forEach(each -> each.alias().ifPresent(a -> node.aliases.put(a, each.name())));
    node.metrics.put(source.device().orElse(""), metrics);
    total += metrics.size() + 1;
    if (out > 0) {
      context.dropped(
          out
              + " metrics of "
              + source.path()
              + " are left out: their names are too long, or "
              + FULL);
    }
    signals.add(state(source, true));
    changed.run();
    return signals;
  }

  /** How many of so many metrics there is room for; nodes that are offline make room. */
  private int room(int wanted, Source source) {
    while (MAX_METRICS - total < wanted && forgetOffline(Optional.of(source.key()))) {
      // Another one.
    }
    return Math.min(wanted, MAX_METRICS - total);
  }

  /** Forgets the oldest node that is offline; false if there is none. */
  private boolean forgetOffline(Optional<String> but) {
    for (var each = nodes.entrySet().iterator(); each.hasNext(); ) {
      Map.Entry<String, Node> next = each.next();
      if (!next.getValue().online && but.filter(next.getKey()::equals).isEmpty()) {
        int slash = next.getKey().indexOf('/');
        Source source =
            new Source(
                next.getKey().substring(0, slash),
                next.getKey().substring(slash + 1),
                Optional.empty());
        each.remove();
        forget(source, next.getValue());
        changed.run();
        return true;
      }
    }
    return false;
  }

  /** All metrics of a node and its devices. */
  private void forget(Source source, Node node) {
    for (String device : List.copyOf(node.metrics.keySet())) {
      forgetMetrics(
          new Source(
              source.group(),
              source.node(),
              device.isEmpty() ? Optional.empty() : Optional.of(device)),
          node);
    }
  }

  private void forgetMetrics(Source source, Node node) {
    Map<String, Known> old = node.metrics.remove(source.device().orElse(""));
    if (old == null) {
      return;
    }
    total -= old.size() + 1;
    String base = source.path() + "/";
    for (Known each : old.values()) {
      each.alias().ifPresent(alias -> node.aliases.remove(alias, each.name()));
      byPath.computeIfPresent(
          base + MqttTopic.escaped(each.name()),
          (_, target) -> target.source().equals(source) ? null : target);
    }
  }

  private static OptionalLong bdSeq(SparkplugPayload payload) {
    return payload.metrics().stream()
        .filter(metric -> metric.name().filter("bdSeq"::equals).isPresent())
        .flatMap(metric -> metric.value().stream())
        .filter(Value.Int.class::isInstance)
        .mapToLong(value -> ((Value.Int) value).value())
        .findFirst();
  }

  /** What there is. */
  synchronized List<SignalDefinition> offers() {
    List<SignalDefinition> all = new ArrayList<>();
    byPath.forEach((path, target) -> {
      Known metric = target.metric();
      all.add(
          new SignalDefinition(
              path,
              SignalType.PARAM,
              Optional.of(metric.type().datatype()),
              Optional.of("rw"),
              metric
                  .unit()
                  .map(unit ->
                      new SignalMeta(
                          Optional.of(unit),
                          Optional.empty(),
                          Optional.empty(),
                          Optional.empty()))));
    });
    return all;
  }

  // --- data --------------------------------------------------------------------------------------

  private List<MappedSignal> data(Source source, Node node, SparkplugPayload payload) {
    Map<String, Known> metrics = node.metrics.getOrDefault(source.device().orElse(""), Map.of());
    if (!node.online || metrics.isEmpty() && source.device().isPresent()) {
      rebirth(source, "data came before a birth");
      return List.of();
    }
    inOrder(source, node, payload);
    List<MappedSignal> signals = new ArrayList<>();
    for (Metric metric : payload.metrics()) {
      Optional<String> name =
          metric.name().isPresent() || metric.alias().isEmpty()
              ? metric.name()
              : Optional.ofNullable(node.aliases.get(metric.alias().getAsLong()));
      Known each = name.isEmpty() ? null : metrics.get(name.get());
      if (each == null) {
        rebirth(source, "a metric is in no birth");
        continue;
      }
      tell(source.path() + "/", each, metric, signals);
    }
    return signals;
  }

  private void tell(String base, Known known, Metric metric, List<MappedSignal> signals) {
    if (metric.historical()) {
      // What was long ago must not become what is (section 6.4.9).
      return;
    }
    if (metric.value().isEmpty()) {
      if (known.type() == Type.TEMPLATE) {
        context.dropped(base + known.name() + " is a template of Sparkplug, which is not decoded");
      }
      return;
    }
    // The type is said only in the birth, perhaps.
    Value value =
        metric.type() == Type.UNKNOWN && metric.value().get() instanceof Value.Int(long bits)
            ? SparkplugPayload.number(known.type(), bits)
            : metric.value().get();
    signals.add(new MappedSignal(base + MqttTopic.escaped(known.name()), SignalType.PARAM, value));
  }

  private void inOrder(Source source, Node node, SparkplugPayload payload) {
    if (payload.seq().isEmpty()) {
      return;
    }
    int seq = (int) payload.seq().getAsLong() & 0xFF;
    if (seq != node.nextSeq) {
      rebirth(source, "message " + node.nextSeq + " is missing before " + seq);
    }
    node.nextSeq = seq + 1 & 0xFF;
  }

  /** Asks a node to say everything again (section 6.4.19). */
  private void rebirth(Source source, String why) {
    long now = context.nanoTime();
    Long before = asked.get(source.key());
    if (before != null && now - before < REBIRTH_NANOS) {
      return;
    }
    asked.remove(source.key());
    asked.put(source.key(), now);
    if (asked.size() > MAX_NODES) {
      asked.pollFirstEntry();
    }
    if (!asks) {
      context.error(
          source.group()
              + "/"
              + source.node()
              + " cannot be asked for a birth, nothing is published: "
              + why);
      return;
    }
    context.error(source.group() + "/" + source.node() + " is asked for a birth: " + why);
    SparkplugPayload.command(
            Optional.of(REBIRTH), OptionalLong.empty(), Type.BOOLEAN, Value.TRUE, millis())
        .ifPresent(payload ->
            commands.accept(
                new Letter(
                    PREFIX + source.group() + "/NCMD/" + source.node(), payload, 0, false, false)));
  }

  private long millis() {
    return context.routerMicros() / 1000;
  }

  // --- deaths ------------------------------------------------------------------------------------

  private List<MappedSignal> nodeDeath(Source source, Node node, SparkplugPayload payload) {
    OptionalLong of = bdSeq(payload);
    if (of.isPresent() && node.bdSeq >= 0 && of.getAsLong() != node.bdSeq) {
      // The will of an older connection.
      return List.of();
    }
    node.online = false;
    List<MappedSignal> signals = new ArrayList<>();
    for (String device : node.metrics.keySet()) {
      if (!device.isEmpty()) {
        signals.add(state(new Source(source.group(), source.node(), Optional.of(device)), false));
      }
    }
    signals.add(state(source, false));
    return signals;
  }

  private List<MappedSignal> deviceDeath(Source source, Node node, SparkplugPayload payload) {
    if (node.online) {
      inOrder(source, node, payload);
    }
    return List.of(state(source, false));
  }

  private static MappedSignal state(Source source, boolean online) {
    return new MappedSignal(
        source.path() + "/" + STATE, SignalType.PARAM, Value.of(online ? "online" : "offline"));
  }

  // --- commands ----------------------------------------------------------------------------------

  /** Whether it is a path of Sparkplug, which is never published under its own topic. */
  static boolean isPath(String path) {
    return path.startsWith("/" + PREFIX);
  }

  /** Sends what somebody wrote to a metric. */
  synchronized void write(MappedSignal signal) {
    Target target = byPath.get(signal.address());
    if (target == null) {
      context.dropped(signal.address() + " is no metric that a node has told of");
      return;
    }
    Source to = target.source();
    Known metric = target.metric();
    Optional<byte[]> payload =
        SparkplugPayload.command(
            // One or the other (section 6.4.6).
            metric.alias().isPresent() ? Optional.empty() : Optional.of(metric.name()),
            metric.alias(),
            metric.type(),
            signal.value(),
            millis());
    if (payload.isEmpty()) {
      context.dropped(
          signal.address() + " is a " + metric.type() + ", which cannot be " + signal.value());
      return;
    }
    String topic =
        to.device().isEmpty()
            ? PREFIX + to.group() + "/NCMD/" + to.node()
            : PREFIX + to.group() + "/DCMD/" + to.node() + "/" + to.device().get();
    commands.accept(new Letter(topic, payload.get(), 0, false, false));
  }

  synchronized int nodes() {
    return (int) nodes.values().stream().filter(node -> node.online).count();
  }
}
