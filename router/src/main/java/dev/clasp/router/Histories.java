package dev.clasp.router;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.MessageView;
import dev.clasp.protocol.SignalType;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Remembers what subscriptions with {@code history} are sent: the earlier values of parameters, and
 * events and stream samples.
 *
 * <p>A parameter has a {@link History} from its second write on, an event or stream from its first
 * message on. Methods are called with the lock of the address's stripe held.
 */
final class Histories {

  private static final int FLAG_TIMESTAMP = 0x10;

  private final int depth;
  private final HistoryShelf[] shelves = new HistoryShelf[AddressSpace.STRIPES];
  private final AtomicLong bytes = new AtomicLong();

  Histories(RouterConfig config) {
    this.depth = config.historyDepth();
    for (int i = 0; i < shelves.length; i++) {
      shelves[i] = new HistoryShelf(depth, config.historyBytes(), bytes);
    }
  }

  /** Entries per address; 0 = nothing is remembered. */
  int depth() {
    return depth;
  }

  /** Memory in use. Any thread. */
  long bytes() {
    return bytes.get();
  }

  /** The stored value of a parameter is about to be replaced. */
  void replaced(Address address, long nowMicros) {
    // The current value is remembered by the parameter itself, so one less.
    if (depth > 1 && address.valueLength <= History.MAX_LENGTH) {
      History history = shelfOf(address).of(address, address.valueLength, nowMicros);
      // A bundle that was refused has put this value back after it was remembered.
      if (history != null && history.newestRevision() != address.revision) {
        int at =
            history.add(
                History.PARAMETER,
                address.valueType,
                address.revision,
                address.writtenMicros,
                address.valueLength,
                nowMicros);
        if (at >= 0) {
          System.arraycopy(address.value, 0, history.slots(), at, address.valueLength);
        }
      }
    }
  }

  /** Is a message of this kind to be remembered? */
  boolean wants(MessageView publish) {
    int type = publish.signalCode();
    return depth > 0 && (type == SignalType.EVENT.code() || type == SignalType.STREAM.code());
  }

  /**
   * An event or stream message was published. It is kept with a timestamp, the time of receipt if
   * the sender gave none.
   */
  void published(Address address, MessageView publish, long nowMicros) {
    int length = publish.end() - publish.offset();
    int kept = length + (publish.hasTimestamp() ? 0 : 8);
    if (kept > History.MAX_LENGTH) {
      return;
    }
    History history = shelfOf(address).of(address, kept, nowMicros);
    if (history == null) {
      return;
    }
    int kind = SignalType.ofCode(publish.signalCode()).maskBit();
    int at = history.add(kind, 0, 0, nowMicros, kept, nowMicros);
    if (at < 0) {
      return;
    }
    byte[] to = history.slots();
    byte[] from = publish.buffer();
    if (publish.hasTimestamp()) {
      System.arraycopy(from, publish.offset(), to, at, length);
      return;
    }
    int head = publish.contentOffset() + publish.contentLength() - publish.offset();
    System.arraycopy(from, publish.offset(), to, at, head);
    to[at + 1] |= FLAG_TIMESTAMP;
    Bytes.putI64(to, at + head, nowMicros);
    System.arraycopy(from, publish.offset() + head, to, at + head + 8, length - head);
  }

  private HistoryShelf shelfOf(Address address) {
    return shelves[AddressSpace.stripeIndex(address.hash)];
  }
}
