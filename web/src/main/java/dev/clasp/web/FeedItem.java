package dev.clasp.web;

import dev.clasp.client.Signal;
import dev.clasp.protocol.Value;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A signal on its way to one or many listeners: what it becomes as JSON is made once for all.
 * Immutable to those who read it.
 */
public final class FeedItem {

  private final String epoch;
  private final long number;
  private final Signal signal;
  private final boolean snapshot;
  private volatile byte @Nullable [] json;
  private volatile byte @Nullable [] event;
  private volatile @Nullable FeedItem asSnapshot;

  FeedItem(String epoch, long number, Signal signal, boolean snapshot) {
    this.epoch = epoch;
    this.number = number;
    this.signal = signal;
    this.snapshot = snapshot;
  }

  /**
   * Where a listener is when it has got this: what {@link RouterSession#feed} takes to go on.
   * Letters, digits and a hyphen.
   */
  public String id() {
    return epoch + "-" + number;
  }

  /** Goes up within a feed. */
  public long number() {
    return number;
  }

  public Signal signal() {
    return signal;
  }

  /** A present value that was told because the listener is new, not because it has changed. */
  public boolean snapshot() {
    return snapshot;
  }

  /** The whole signal as {@link SignalJson} writes it, in UTF-8. Not to be changed. */
  public byte[] json() {
    byte[] made = json;
    if (made == null) {
      made = SignalJson.text(value(), false).getBytes(StandardCharsets.UTF_8);
      json = made;
    }
    return made;
  }

  /** As an event of an event stream. Not to be changed. */
  byte[] event() {
    byte[] made = event;
    if (made == null) {
      byte[] head = ("id: " + id() + "\ndata: ").getBytes(StandardCharsets.US_ASCII);
      byte[] data = json();
      made = new byte[head.length + data.length + 2];
      System.arraycopy(head, 0, made, 0, head.length);
      System.arraycopy(data, 0, made, head.length, data.length);
      made[made.length - 2] = '\n';
      made[made.length - 1] = '\n';
      event = made;
    }
    return made;
  }

  /** The whole signal as a map. */
  public Value value() {
    return SignalJson.signal(signal, snapshot);
  }

  FeedItem asSnapshot() {
    if (snapshot) {
      return this;
    }
    FeedItem made = asSnapshot;
    if (made == null) {
      made = new FeedItem(epoch, number, signal, true);
      asSnapshot = made;
    }
    return made;
  }

  /** About how many bytes it keeps in memory. */
  int weight() {
    Value value =
        switch (signal) {
          case Signal.Change change -> change.value();
          case Signal.Event event -> event.value();
          case Signal.Gesture gesture -> gesture.value();
          case Signal.TimelinePublished timeline -> timeline.value();
          case Signal.Stream stream -> Value.of(stream.values());
        };
    return 200 + signal.address().length() + weight(value);
  }

  private static int weight(Value value) {
    return switch (value) {
      case Value.Text(String text) -> 50 + text.length();
      case Value.Bytes bytes -> 50 + bytes.value().length;
      case Value.Array(var values) -> {
        int sum = 50;
        for (Value each : values) {
          sum += weight(each);
        }
        yield sum;
      }
      case Value.Map(Map<String, Value> entries) -> {
        int sum = 50;
        for (Map.Entry<String, Value> entry : entries.entrySet()) {
          sum += 50 + entry.getKey().length() + weight(entry.getValue());
        }
        yield sum;
      }
      case Value.Null _, Value.Bool _, Value.Int _, Value.Float _ -> 24;
    };
  }
}
