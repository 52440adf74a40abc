package dev.clasp.oscquery;

import dev.clasp.bridge.Namespace;
import dev.clasp.osc.OscAddresses;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The address space as a tree of OSC names. Changes come one at a time, under the tree's lock;
 * readers take no lock.
 */
final class OscQueryTree {

  /** Told what happens to the tree, by the thread that changes it, which holds the tree's lock. */
  interface Watcher {

    /** There is a new method. */
    void added(TreeNode node);

    /** A method is gone. Whoever listened to it does so no more. */
    void removed(TreeNode node, String path);

    /** A method has another type, range, access or description. */
    void changed(TreeNode node);
  }

  private final Namespace served;
  private final int maxNodes;
  private final Watcher watcher;
  private final TreeNode root = new TreeNode("", null);

  /** Methods by CLASP address. */
  private final ConcurrentHashMap<String, TreeNode> methods = new ConcurrentHashMap<>();

  private final Set<String> defined = new HashSet<>();
  private int nodes = 1;
  private final AtomicLong leftOut = new AtomicLong();

  OscQueryTree(Namespace served, int maxNodes, Watcher watcher) {
    this.served = served;
    this.maxNodes = maxNodes;
    this.watcher = watcher;
  }

  TreeNode root() {
    return root;
  }

  int methodCount() {
    return methods.size();
  }

  /** Signals that found no room, or have no OSC address. */
  long leftOut() {
    return leftOut.get();
  }

  /** Whether an address belongs to the part that is served. */
  boolean serves(String address) {
    return served.prefix().isEmpty()
        || address.equals(served.prefix())
        || served.name(address).isPresent();
  }

  // --- looking up --------------------------------------------------------------------------------

  /** The node of an OSC path. */
  Optional<TreeNode> find(String path) {
    if (path.isEmpty() || path.charAt(0) != '/') {
      return Optional.empty();
    }
    TreeNode node = root;
    int start = 1;
    while (start < path.length()) {
      int slash = path.indexOf('/', start);
      int end = slash < 0 ? path.length() : slash;
      TreeNode child = node.child(path.substring(start, end));
      if (child == null) {
        return Optional.empty();
      }
      node = child;
      start = end + 1;
    }
    return Optional.of(node);
  }

  Optional<TreeNode> method(String address) {
    return Optional.ofNullable(methods.get(address));
  }

  /** Addresses of all methods, in no order. */
  Iterable<String> addresses() {
    return methods.keySet();
  }

  /** OSC paths of all methods, in no order. */
  Iterable<String> paths() {
    return () -> methods.keySet().stream().map(OscAddresses::encode).iterator();
  }

  // --- changing ----------------------------------------------------------------------------------

  /**
   * Something was heard.
   *
   * @param value empty for an event without one
   * @return the node; empty if it is not served or finds no room
   */
  synchronized Optional<TreeNode> heard(String address, SignalType type, Optional<Value> value) {
    if (!serves(address)) {
      return Optional.empty();
    }
    TreeNode node = methods.get(address);
    boolean fresh = node == null;
    if (node == null) {
      node = make(address);
      if (node == null) {
        return Optional.empty();
      }
    }
    boolean compare = !fresh && mayChangeType(node, value);
    String before = compare ? typeOf(node) : "";
    boolean other = !fresh && node.kind() != type;
    node.seen(type);
    if (type != SignalType.EVENT) {
      value.ifPresent(node::value);
    }
    if (fresh) {
      methods.put(address, node);
      watcher.added(node);
    } else if (other || compare && !before.equals(typeOf(node))) {
      watcher.changed(node);
    }
    return Optional.of(node);
  }

  /** A parameter has ended. */
  synchronized void ended(String address) {
    TreeNode node = methods.get(address);
    if (node != null && !defined.contains(address)) {
      forget(address, node);
    }
  }

  /** All definitions that there are. */
  synchronized void define(List<SignalDefinition> definitions) {
    Set<String> now = new HashSet<>();
    for (SignalDefinition definition : definitions) {
      String address = definition.address();
      // A family of signals has no node of its own.
      if (address.indexOf('*') < 0 && serves(address) && now.add(address)) {
        define(address, definition);
      }
    }
    List<String> gone = new ArrayList<>(defined);
    gone.removeAll(now);
    for (String address : gone) {
      defined.remove(address);
      TreeNode node = methods.get(address);
      if (node != null) {
        node.define(Optional.empty());
        if (node.isMethod()) {
          watcher.changed(node);
        } else {
          forget(address, node);
        }
      }
    }
  }

  private void define(String address, SignalDefinition definition) {
    TreeNode node = methods.get(address);
    if (node != null) {
      if (node.definition().filter(definition::equals).isEmpty()) {
        node.define(Optional.of(definition));
        watcher.changed(node);
      }
      defined.add(address);
      return;
    }
    node = make(address);
    if (node != null) {
      node.define(Optional.of(definition));
      methods.put(address, node);
      defined.add(address);
      watcher.added(node);
    }
  }

  /** Almost never: a float follows a float. */
  private static boolean mayChangeType(TreeNode node, Optional<Value> next) {
    return next.isPresent()
        && !(next.get() instanceof Value.Float && node.value().orElse(null) instanceof Value.Float
            || next.get() instanceof Value.Text && node.value().orElse(null) instanceof Value.Text
            || next.get() instanceof Value.Bool && node.value().orElse(null) instanceof Value.Bool);
  }

  /** What others must know to send to it; true and false are one type. */
  private static String typeOf(TreeNode node) {
    return node.tags().replace('F', 'T') + node.access();
  }

  /** Null if there is no room, or no such OSC address. */
  private @Nullable TreeNode make(String address) {
    String path = OscAddresses.encode(address);
    if (path.length() < 2 || path.endsWith("/") || path.indexOf('*') >= 0) {
      leftOut.incrementAndGet();
      return null;
    }
    String[] names = path.substring(1).split("/", -1);
    TreeNode node = root;
    int known = 0;
    for (; known < names.length; known++) {
      TreeNode child = node.child(names[known]);
      if (child == null) {
        break;
      }
      node = child;
    }
    if (nodes + names.length - known > maxNodes) {
      leftOut.incrementAndGet();
      return null;
    }
    for (int i = known; i < names.length; i++) {
      TreeNode child = new TreeNode(names[i], node);
      node.add(child);
      nodes++;
      node = child;
    }
    return node;
  }

  private void forget(String address, TreeNode node) {
    String path = node.path();
    methods.remove(address);
    node.clear();
    for (TreeNode each = node; ; ) {
      TreeNode parent = each.parent();
      if (parent == null || each.hasChildren() || each.isMethod()) {
        break;
      }
      parent.remove(each);
      nodes--;
      each = parent;
    }
    watcher.removed(node, path);
  }
}
