package dev.clasp.oscquery;

import dev.clasp.osc.OscArgument;
import dev.clasp.protocol.Message.Range;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Message.SignalMeta;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A name in the tree: a container, a method (something with a type, that OSC can be sent to), or
 * both. Written by the tree under its lock; read by any thread at any time.
 */
final class TreeNode {

  /** What can be done with a method (OSCQuery proposal, ACCESS). */
  static final int READ = 1;

  static final int WRITE = 2;

  private final String name;
  private final @Nullable TreeNode parent;

  /** Null for a leaf: most nodes are. */
  private volatile @Nullable ConcurrentSkipListMap<String, TreeNode> children;

  private volatile @Nullable Value value;
  private volatile @Nullable SignalDefinition definition;
  private volatile @Nullable SignalType seen;

  /** Numbers have had a fraction: from then on they are floats, even if a sender writes 1. */
  private volatile boolean floats;

  private volatile @Nullable CopyOnWriteArrayList<Session> listeners;

  TreeNode(String name, @Nullable TreeNode parent) {
    this.name = name;
    this.parent = parent;
  }

  /** The last part of the path. */
  String name() {
    return name;
  }

  @Nullable TreeNode parent() {
    return parent;
  }

  /** The OSC address. */
  String path() {
    TreeNode above = parent;
    if (above == null) {
      return "/";
    }
    List<String> names = new ArrayList<>();
    for (TreeNode node = this; node != null && node.parent != null; node = node.parent) {
      names.add(node.name);
    }
    return "/" + String.join("/", names.reversed());
  }

  // --- children ----------------------------------------------------------------------------------

  @Nullable TreeNode child(String childName) {
    Map<String, TreeNode> all = children;
    return all == null ? null : all.get(childName);
  }

  /** As they are while one walks: what comes and goes meanwhile may be seen or not. */
  Collection<TreeNode> children() {
    Map<String, TreeNode> all = children;
    return all == null ? List.of() : all.values();
  }

  boolean hasChildren() {
    Map<String, TreeNode> all = children;
    return all != null && !all.isEmpty();
  }

  void add(TreeNode child) {
    ConcurrentSkipListMap<String, TreeNode> all = children;
    if (all == null) {
      all = new ConcurrentSkipListMap<>();
      children = all;
    }
    all.put(child.name, child);
  }

  void remove(TreeNode child) {
    Map<String, TreeNode> all = children;
    if (all != null) {
      all.remove(child.name, child);
    }
  }

  // --- content -----------------------------------------------------------------------------------

  /** Empty if it has none, or none that is kept. */
  Optional<Value> value() {
    return Optional.ofNullable(value);
  }

  void value(Value next) {
    floats |= hasFloat(next);
    value = next;
  }

  void seen(SignalType type) {
    seen = type;
  }

  void define(Optional<SignalDefinition> next) {
    definition = next.orElse(null);
  }

  Optional<SignalDefinition> definition() {
    return Optional.ofNullable(definition);
  }

  /** Whether OSC can be sent to it or comes from it. */
  boolean isMethod() {
    return value != null || definition != null || seen != null;
  }

  /** Nothing is known of it any more. */
  void clear() {
    value = null;
    definition = null;
    seen = null;
    floats = false;
  }

  /** What kind of signal; PARAM unless something else was seen or announced. */
  SignalType kind() {
    SignalType type = seen;
    SignalDefinition announced = definition;
    return type != null ? type : announced != null ? announced.type() : SignalType.PARAM;
  }

  Optional<Range> range() {
    return meta().flatMap(SignalMeta::range);
  }

  Optional<SignalMeta> meta() {
    SignalDefinition announced = definition;
    return announced == null ? Optional.empty() : announced.meta();
  }

  /** 0, {@link #READ}, {@link #WRITE} or both, whatever the server permits. */
  int access() {
    if (!isMethod()) {
      return 0;
    }
    int possible = kind() == SignalType.EVENT ? WRITE : READ | WRITE;
    SignalDefinition announced = definition;
    if (announced == null || announced.access().isEmpty()) {
      return possible;
    }
    int said = 0;
    for (String word : announced.access().get().toLowerCase(Locale.ROOT).split("[,;\\s]+", -1)) {
      said |=
          switch (word) {
            case "r", "ro", "read", "readonly", "read-only" -> READ;
            case "w", "wo", "write", "writeonly", "write-only" -> WRITE;
            case "rw", "wr", "readwrite", "read-write" -> READ | WRITE;
            default -> 0;
          };
    }
    return said == 0 ? possible : said & possible;
  }

  // --- types -------------------------------------------------------------------------------------

  /** The arguments that stand for its value; empty if it has none. */
  List<OscArgument> arguments() {
    Value now = value;
    return now == null ? List.of() : ArgumentTypes.arguments(alike(now));
  }

  /** The OSC type tags; empty for a container. */
  String tags() {
    if (!isMethod()) {
      return "";
    }
    Value now = value;
    return now == null ? declaredTag() : ArgumentTypes.tags(ArgumentTypes.arguments(alike(now)));
  }

  /** Without a value, what was announced; an impulse if nothing was. */
  private String declaredTag() {
    return declared().map(String::valueOf).orElse("I");
  }

  /** f, i, T or s, if the definition says so. */
  private Optional<Character> declared() {
    SignalDefinition announced = definition;
    return announced == null
        ? Optional.empty()
        : announced.datatype().flatMap(ArgumentTypes::tagOfDatatype);
  }

  private static boolean hasFloat(Value value) {
    return switch (value) {
      case Value.Float _ -> true;
      case Value.Array(var values) -> values.stream().anyMatch(TreeNode::hasFloat);
      case Value.Null _, Value.Bool _, Value.Int _, Value.Text _, Value.Bytes _, Value.Map _ ->
          false;
    };
  }

  /** Many programs write 1 where they mean 1.0: a fader stays a float. */
  Value alike(Value next) {
    boolean real = floats || declared().filter(tag -> tag == 'f').isPresent();
    return real ? ArgumentTypes.floats(next) : next;
  }

  /**
   * What a message means here: a toggle takes numbers, a fader takes whole ones, a map takes its
   * JSON, and what is out of the announced range is brought into it.
   */
  Value understood(Value sent) {
    Value now = value;
    boolean bool =
        now instanceof Value.Bool || now == null && declared().filter(t -> t == 'T').isPresent();
    boolean whole = declared().filter(tag -> tag == 'i').isPresent();
    Value taken =
        switch (sent) {
          case Value.Int(long number) when bool -> Value.of(number != 0);
          case Value.Float(double number) when bool -> Value.of(number != 0);
          case Value.Float(double number) when whole && Double.isFinite(number) ->
              Value.of(Math.round(number));
          case Value.Text(String text) when now instanceof Value.Map ->
              ArgumentTypes.map(text).orElse(sent);
          default -> alike(sent);
        };
    return range().map(range -> ArgumentTypes.within(range, taken)).orElse(taken);
  }

  // --- listeners ---------------------------------------------------------------------------------

  List<Session> listeners() {
    CopyOnWriteArrayList<Session> all = listeners;
    return all == null ? List.of() : all;
  }

  synchronized boolean addListener(Session session) {
    CopyOnWriteArrayList<Session> all = listeners;
    if (all == null) {
      all = new CopyOnWriteArrayList<>();
      listeners = all;
    }
    return all.addIfAbsent(session);
  }

  synchronized void removeListener(Session session) {
    CopyOnWriteArrayList<Session> all = listeners;
    if (all != null && all.remove(session) && all.isEmpty()) {
      listeners = null;
    }
  }
}
