package dev.clasp.bridge;

import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Knows what comes back from the other side because it was sent there a moment ago (bridges.md
 * 2.14, 4), in its own paths and values. Numbers are equal if they are so as 32-bit floats: many
 * protocols have no others.
 *
 * <p>While a fader is drawn, the echoes of older values come when newer ones have gone out already.
 * They are held back; if the newest does not come back as well, the other side has really gone back
 * to the older value, and it is let through at the end of the window. So no last value is lost.
 *
 * <p>Bounded. Not thread-safe. Times are monotonic nanoseconds.
 */
final class ForeignEchoes {

  private static final int MAX_PATHS = 100_000;
  private static final int MAX_EACH = 64;

  private record Sent(Value value, long nanos) {}

  private static final class Path {
    private final ArrayDeque<Sent> sent = new ArrayDeque<>(2);

    /** The newest of either direction. */
    private Value known = Value.NULL;

    private long knownNanos;

    private @Nullable MappedSignal suspect;
    private long suspectUntil;
  }

  /** Least recently used first. */
  private final LinkedHashMap<String, Path> paths = new LinkedHashMap<>(16, 0.75f, true);

  private final LinkedHashMap<String, Path> suspects = new LinkedHashMap<>();

  private final long window;

  ForeignEchoes(long windowNanos) {
    this.window = windowNanos;
  }

  /** Takes note of what is sent to the other side. */
  void sending(MappedSignal signal, long now) {
    if (window == 0) {
      return;
    }
    Path path = paths.computeIfAbsent(signal.address(), _ -> new Path());
    forgetOld(path, now);
    if (path.sent.size() >= MAX_EACH) {
      path.sent.removeFirst();
    }
    path.sent.addLast(new Sent(signal.value(), now));
    path.known = signal.value();
    path.knownNanos = now;
    if (paths.size() > MAX_PATHS) {
      suspects.remove(paths.pollFirstEntry().getKey());
    }
  }

  /** Does the other side have that value already, since a moment ago? */
  boolean knows(MappedSignal signal, long now) {
    if (window == 0 || signal.type() != SignalType.PARAM) {
      return false;
    }
    Path path = paths.get(signal.address());
    return path != null && now - path.knownNanos <= window && same(path.known, signal.value());
  }

  /** Is what has come one's own? */
  boolean isEcho(MappedSignal signal, long now) {
    if (window == 0) {
      return false;
    }
    Path path = paths.get(signal.address());
    if (path == null) {
      return false;
    }
    forgetOld(path, now);
    boolean last = !path.sent.isEmpty() && same(path.sent.getLast().value(), signal.value());
    boolean older =
        !last && path.sent.stream().anyMatch(sent -> same(sent.value(), signal.value()));
    if (signal.type() != SignalType.PARAM) {
      return (last || older) && take(path, signal.value());
    }
    if (last) {
      suspect(signal.address(), path, null, now);
      take(path, signal.value());
      return true;
    }
    if (older) {
      take(path, signal.value());
      suspect(signal.address(), path, signal, now);
      return true;
    }
    // The other side has a mind of its own: nothing that was sent before counts any more.
    suspect(signal.address(), path, null, now);
    path.sent.clear();
    path.known = signal.value();
    path.knownNanos = now;
    return false;
  }

  /** Takes it, and what was overtaken by it, off the list; it is recognised once. */
  private static boolean take(Path path, Value value) {
    Sent sent;
    do {
      sent = path.sent.removeFirst();
    } while (!same(sent.value(), value));
    return true;
  }

  private void suspect(String name, Path path, @Nullable MappedSignal signal, long now) {
    path.suspect = signal;
    if (signal == null) {
      suspects.remove(name);
    } else {
      path.suspectUntil = now + window;
      suspects.put(name, path);
    }
  }

  /**
   * Gives what was held back and turned out to be news.
   *
   * @return when to call again; {@link Long#MAX_VALUE}: nothing is held
   */
  long release(long now, Consumer<MappedSignal> out) {
    long again = Long.MAX_VALUE;
    for (var each = suspects.values().iterator(); each.hasNext(); ) {
      Path path = each.next();
      if (path.suspectUntil > now) {
        again = Math.min(again, path.suspectUntil);
        continue;
      }
      each.remove();
      MappedSignal signal = path.suspect;
      path.suspect = null;
      if (signal != null && !same(path.known, signal.value())) {
        path.sent.clear();
        path.known = signal.value();
        path.knownNanos = now;
        out.accept(signal);
      }
    }
    return again;
  }

  private void forgetOld(Path path, long now) {
    while (!path.sent.isEmpty() && now - path.sent.getFirst().nanos() > window) {
      path.sent.removeFirst();
    }
  }

  static boolean same(Value a, Value b) {
    if (a.equals(b)) {
      return true;
    }
    double x = number(a);
    double y = number(b);
    return (float) x == (float) y;
  }

  private static double number(Value value) {
    return switch (value) {
      case Value.Int(long number) -> number;
      case Value.Float(double number) -> number;
      default -> Double.NaN;
    };
  }
}
