package dev.clasp.bridgesacn;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeSetting;
import dev.clasp.bridge.spi.BridgeSetting.Kind;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.HostPort;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.dmx.Dmx;
import dev.clasp.dmx.DmxPath;
import dev.clasp.dmx.DmxSettings;
import dev.clasp.protocol.Value;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The settings of an sACN bridge (docs/sacn.md). Immutable.
 *
 * @param universes received, and allowed to be sent
 * @param sourceName at most 63 octets
 * @param cid empty: derived from this machine and the name of the bridge
 * @param multicast whether to join groups and to send to them
 * @param unicast who gets what is sent besides
 * @param interfaces for multicast; empty: the system chooses where to send, and all are listened to
 * @param syncAddress 0 for none
 * @param preview whether what is sent is only for visualizers
 * @param receivePreview whether to take what others mark so
 */
record SacnConfig(
    Mode mode,
    SortedSet<Integer> universes,
    String sourceName,
    int priority,
    Optional<UUID> cid,
    HostPort bind,
    boolean multicast,
    List<HostPort> unicast,
    List<String> interfaces,
    Family family,
    int ttl,
    int syncAddress,
    boolean preview,
    boolean receivePreview,
    boolean discovery,
    int receiveBuffer,
    List<SlotPriority> priorities,
    DmxSettings lights) {

  /** Which ways it goes. */
  enum Mode {
    RECEIVER(true, false),
    SENDER(false, true),
    BIDIRECTIONAL(true, true);

    private final boolean receives;
    private final boolean sends;

    Mode(boolean receives, boolean sends) {
      this.receives = receives;
      this.sends = sends;
    }

    boolean receives() {
      return receives;
    }

    boolean sends() {
      return sends;
    }
  }

  /** Which kinds of addresses multicast uses. */
  enum Family {
    IPV4(true, false),
    IPV6(false, true),
    BOTH(true, true);

    private final boolean four;
    private final boolean six;

    Family(boolean four, boolean six) {
      this.four = four;
      this.six = six;
    }

    boolean four() {
      return four;
    }

    boolean six() {
      return six;
    }
  }

  /**
   * A priority of slots, with START code DD.
   *
   * @param first channel, 1 to 512
   */
  record SlotPriority(int universe, int first, int last, int priority) {}

  static final int MAX_UNIVERSES = 1024;
  private static final String STANDARD_NAME = "CLASP sACN Bridge";
  private static final Pattern UNIVERSES = Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?");
  private static final Pattern RANGE = Pattern.compile("/?(\\d{1,5})/(\\d{1,3})(?:-(\\d{1,3}))?");

  static final List<BridgeSetting> SETTINGS = settings();

  private static List<BridgeSetting> settings() {
    List<BridgeSetting> settings =
        new ArrayList<>(
            List.of(
                new BridgeSetting(
                    "mode",
                    Kind.CHOICE,
                    Value.of("receiver"),
                    "Which ways it goes: receiver, sender, or bidirectional.",
                    List.of("receiver", "sender", "bidirectional")),
                new BridgeSetting(
                    "universes",
                    Kind.LIST,
                    Value.of("1"),
                    "Universes, 1 to 63999, and ranges of them: 1, 5-8; at most 1024."),
                new BridgeSetting(
                    "source_name",
                    Kind.TEXT,
                    Value.of(STANDARD_NAME),
                    "How it calls itself to others, at most 63 bytes of UTF-8."),
                new BridgeSetting(
                    "priority",
                    Kind.INTEGER,
                    Value.of(Dmx.PRIORITY),
                    "Priority of what is sent, 0 to 200; receivers take the highest."),
                new BridgeSetting(
                    "priorities",
                    Kind.TREE,
                    Value.NULL,
                    "Priorities of single slots that are sent (START code DD): {\"1/1-24\": 150};"
                        + " other slots of these universes have that of priority."),
                new BridgeSetting(
                    "cid",
                    Kind.TEXT,
                    Value.NULL,
                    "UUID that others know it by; else made of this machine and the bridge's name,"
                        + " always the same."),
                new BridgeSetting(
                    "bind",
                    Kind.ENDPOINT,
                    Value.of(":" + Sacn.PORT),
                    "Address and port to listen on."),
                new BridgeSetting(
                    "multicast",
                    Kind.SWITCH,
                    Value.TRUE,
                    "Join the groups of the universes, and send to them."),
                new BridgeSetting(
                    "unicast_destinations",
                    Kind.LIST,
                    Value.NULL,
                    "Who gets what is sent besides: host or host:port."),
                new BridgeSetting(
                    "interfaces",
                    Kind.LIST,
                    Value.NULL,
                    "Network interfaces for multicast, by name or address; else all are listened to,"
                        + " and the system chooses where to send."),
                new BridgeSetting(
                    "family",
                    Kind.CHOICE,
                    Value.of("ipv4"),
                    "Addresses of the groups: ipv4, ipv6, or both.",
                    List.of("ipv4", "ipv6", "both")),
                new BridgeSetting(
                    "ttl",
                    Kind.INTEGER,
                    Value.of(1),
                    "How many networks a multicast may pass, 0 to 255."),
                new BridgeSetting(
                    "sync_address",
                    Kind.INTEGER,
                    Value.of(0),
                    "Universe for synchronization packets after frames that belong together; 0 for"
                        + " none."),
                new BridgeSetting(
                    "preview",
                    Kind.SWITCH,
                    Value.FALSE,
                    "What is sent is only for visualizers, not for the stage."),
                new BridgeSetting(
                    "receive_preview",
                    Kind.SWITCH,
                    Value.FALSE,
                    "Take what others send only for visualizers, too."),
                new BridgeSetting(
                    "discovery",
                    Kind.SWITCH,
                    Value.TRUE,
                    "Tell others every 10 s which universes are sent, and listen who else does."),
                new BridgeSetting(
                    "receive_buffer",
                    Kind.INTEGER,
                    Value.of(4 << 20),
                    "Bytes of the socket's buffer, 4096 to 268435456; the system may give less.")));
    settings.addAll(DmxSettings.SETTINGS);
    return List.copyOf(settings);
  }

  static SacnConfig of(BridgeSettings settings, TypeProfile profile) {
    Mode mode = Mode.valueOf(constant(settings, "mode"));
    String name = settings.text("source_name").orElse(STANDARD_NAME);
    int octets = name.getBytes(StandardCharsets.UTF_8).length;
    if (octets > Sacn.MAX_NAME || name.indexOf('\0') >= 0) {
      throw BridgeException.lasting(
          "source_name has at most 63 bytes of UTF-8, and this one has " + octets);
    }
    int syncAddress = settings.whole("sync_address", 0, Sacn.MAX_UNIVERSE);
    SacnConfig config =
        new SacnConfig(
            mode,
            universes(settings.list("universes")),
            name,
            settings.whole("priority", 0, Dmx.MAX_PRIORITY),
            settings.text("cid").map(SacnConfig::cid),
            HostPort.parse("bind", settings.text("bind").orElse(""), Sacn.PORT),
            settings.on("multicast"),
            settings.list("unicast_destinations").stream()
                .map(text -> HostPort.parse("unicast_destinations", text, Sacn.PORT))
                .toList(),
            settings.list("interfaces"),
            Family.valueOf(constant(settings, "family")),
            settings.whole("ttl", 0, 255),
            syncAddress,
            settings.on("preview"),
            settings.on("receive_preview"),
            settings.on("discovery"),
            settings.whole("receive_buffer", 4096, 256 << 20),
            priorities(settings.tree("priorities")),
            DmxSettings.of(
                settings,
                profile,
                DmxPath.Form.SACN,
                Duration.ofNanos(Sacn.LOSS_NANOS),
                OptionalInt.empty()));
    if (mode.sends() && !config.multicast && config.unicast.isEmpty()) {
      throw BridgeException.lasting(
          "multicast is off and there are no unicast_destinations: nobody would get what is sent");
    }
    for (SlotPriority each : config.priorities) {
      if (!mode.sends() || !config.universes.contains(each.universe())) {
        throw BridgeException.lasting(
            "priorities: universe "
                + each.universe()
                + " is not sent; "
                + (mode.sends()
                    ? "add it to universes, or leave it out"
                    : "mode receiver sends nothing: set mode to sender, or leave them out"));
      }
    }
    if (config.unicast.stream().anyMatch(to -> to.host().isEmpty())) {
      throw BridgeException.lasting("unicast_destinations: a host is missing");
    }
    return config;
  }

  private static SortedSet<Integer> universes(List<String> texts) {
    SortedSet<Integer> universes = new TreeSet<>();
    for (String text : texts) {
      Matcher matcher = UNIVERSES.matcher(text.strip());
      int first = matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
      int last = first > 0 && matcher.group(2) != null ? Integer.parseInt(matcher.group(2)) : first;
      if (first < Sacn.MIN_UNIVERSE || last > Sacn.MAX_UNIVERSE || last < first) {
        throw BridgeException.lasting(
            "universes: " + text + " is no universe (1 to 63999) and no range of them (5-8)");
      }
      if (universes.size() + last - first + 1 > MAX_UNIVERSES) {
        throw BridgeException.lasting("universes: at most " + MAX_UNIVERSES);
      }
      for (int universe = first; universe <= last; universe++) {
        universes.add(universe);
      }
    }
    if (universes.isEmpty()) {
      throw BridgeException.lasting("universes: at least one");
    }
    return universes;
  }

  private static UUID cid(String text) {
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw BridgeException.lasting(
          "cid must be a UUID like 00112233-4455-6677-8899-aabbccddeeff, not " + text);
    }
  }

  private static List<SlotPriority> priorities(Value tree) {
    List<SlotPriority> priorities = new ArrayList<>();
    switch (tree) {
      case Value.Null _ -> {}
      case Value.Map(var entries) ->
          entries.forEach((range, value) -> priorities.add(priority(range, value)));
      default -> throw BridgeException.lasting("priorities must be a map: {\"1/1-24\": 150}");
    }
    return priorities;
  }

  private static SlotPriority priority(String range, Value value) {
    Matcher matcher = RANGE.matcher(range.strip());
    if (matcher.matches()) {
      int first = Integer.parseInt(matcher.group(2));
      int last = matcher.group(3) == null ? first : Integer.parseInt(matcher.group(3));
      if (first >= 1
          && first <= last
          && last <= Dmx.SLOTS
          && value instanceof Value.Int(long priority)
          && priority >= 0
          && priority <= Dmx.MAX_PRIORITY) {
        return new SlotPriority(Integer.parseInt(matcher.group(1)), first, last, (int) priority);
      }
    }
    throw BridgeException.lasting(
        "priorities: " + range + " must be slots like 1/1-24 with a priority from 0 to 200");
  }

  private static String constant(BridgeSettings settings, String name) {
    return settings.text(name).orElseThrow().toUpperCase(Locale.ROOT);
  }
}
