package dev.clasp.adaptermqtt;

import dev.clasp.protocol.ByteHash;
import dev.clasp.protocol.MessageType;
import dev.clasp.protocol.MessageView;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the router writes, as messages of MQTT: each is translated once for all receivers of a loop,
 * not once for each.
 *
 * <p>The router gives every session a copy of its own, so the same message is known by its bytes. A
 * SET has its revision among them and an event of an MQTT client a time that no other has, so equal
 * bytes are the same message, or one that reads the same. A table forgets by overwriting; how much
 * it holds is bounded: {@value #SMALL} messages of up to {@value #SMALL_BYTES} bytes and {@value
 * #LARGE} larger ones. Loop thread.
 */
final class Translations {

  /** Powers of two. */
  private static final int SMALL = 1024;

  private static final int LARGE = 16;
  private static final int SMALL_BYTES = 1024;

  private record Entry(long hash, byte[] frame, Post post, @Nullable Original original) {}

  private final Broker broker;
  private final TopicNames names;
  private final boolean retains;
  private final MessageView view = new MessageView();

  /** Of the message that was translated last. */
  private @Nullable Original original;

  private final @Nullable Entry[] entries = new @Nullable Entry[SMALL + LARGE];

  Translations(Broker broker, TopicNames names) {
    this.broker = broker;
    this.names = names;
    this.retains = broker.config.profile() == MqttProfile.STANDARD;
  }

  TopicNames names() {
    return names;
  }

  /** A SET or PUBLISH; {@link Post#NOTHING} if it is nothing for clients. */
  @SuppressWarnings("ReferenceEquality") // There is one object for each publication.
  Post of(byte[] b, int offset, int length) {
    long hash = ByteHash.hash(b, offset, length, 0);
    int slot =
        length <= SMALL_BYTES ? (int) hash & (SMALL - 1) : SMALL + ((int) hash & (LARGE - 1));
    Entry entry = entries[slot];
    boolean same =
        entry != null
            && entry.hash == hash
            && Arrays.equals(entry.frame, 0, entry.frame.length, b, offset, offset + length);
    if (entry != null && same && b[offset] != MessageType.SET) {
      return entry.post;
    }
    view.wrap(b, offset, length);
    // A parameter that was deleted begins again with revision 1, perhaps spelled otherwise.
    if (entry != null && same && entry.original == originalOf(view)) {
      return entry.post;
    }
    Post post = translate(view);
    entries[slot] = new Entry(hash, Arrays.copyOfRange(b, offset, offset + length), post, original);
    return post;
  }

  private @Nullable Original originalOf(MessageView set) {
    TopicName name = names.of(set.buffer(), set.addressOffset(), set.addressLength());
    return name.topic().isEmpty() || isDeletion(set)
        ? null
        : broker.originals.value(
            name.addressText(),
            set.valueType(),
            set.buffer(),
            set.valueOffset(),
            set.valueLength());
  }

  /** One that nobody else is going to get. */
  Post translate(MessageView v) {
    return v.type() == MessageType.SET ? set(v) : event(v);
  }

  private Post set(MessageView v) {
    original = null;
    TopicName name = names.of(v.buffer(), v.addressOffset(), v.addressLength());
    if (name.topic().isEmpty()) {
      return Post.NOTHING;
    }
    if (isDeletion(v)) {
      return new Post(
          name, 1, retains, Post.NO_BYTES, Post.NO_BYTES, Original.NEVER, keyOf(v), once(v));
    }
    original = originalOf(v);
    int qos = original == null ? 1 : original.qos();
    return post(name, qos, retains, original, v, v.valueType(), v.valueOffset(), v.valueLength());
  }

  private static boolean isDeletion(MessageView set) {
    return set.valueType() == ValueLayout.NULL
        && set.hasTtl()
        && set.ttlWord() == Publications.DELETED;
  }

  private Post event(MessageView v) {
    TopicName name = names.of(v.buffer(), v.addressOffset(), v.addressLength());
    if (name.topic().isEmpty() || v.contentIndicator() == 2) {
      // Sample arrays are no messages.
      return Post.NOTHING;
    }
    boolean isEvent = v.signalCode() == SignalType.EVENT.code();
    boolean marked = isEvent && v.hasId() && v.hasTimestamp() && Originals.isMarked(v.id());
    original = marked ? broker.originals.event(v.id(), v.timestamp()) : null;
    int qos = marked ? Originals.qosOf(v.id()) : isEvent ? 1 : 0;
    if (v.contentIndicator() == 0) {
      return new Post(
          name, qos, false, Post.NO_BYTES, Post.NO_BYTES, Original.NEVER, keyOf(v), once(v));
    }
    int type = v.buffer()[v.contentOffset()] & 0xFF;
    return post(name, qos, false, original, v, type, v.contentOffset() + 1, v.contentLength() - 1);
  }

  private static Post post(
      TopicName name,
      int qos,
      boolean retained,
      @Nullable Original original,
      MessageView v,
      int type,
      int offset,
      int length) {
    byte[] b = v.buffer();
    byte[] spelling = original == null ? null : original.payload();
    byte[] payload =
        spelling != null
            ? spelling
            : Payloads.isVerbatim(type)
                ? Arrays.copyOfRange(b, offset + 2, offset + length)
                : Payloads.bytes(b, type, offset, length);
    return new Post(
        name,
        qos,
        retained,
        payload,
        original == null ? Post.NO_BYTES : original.properties(),
        original == null ? Original.NEVER : original.expires(),
        keyOf(v),
        once(v));
  }

  /**
   * By what the members of a group know a message: of a SET address, value and revision, of others
   * everything, with the time that makes an event of an MQTT client the only one.
   */
  static long keyOf(MessageView v) {
    if (v.type() == MessageType.SET) {
      return keyOf(contentOf(v), v.hasRevision() ? v.revision() : 0);
    }
    return contentOf(v);
  }

  private static boolean once(MessageView v) {
    return v.type() == MessageType.SET ? v.hasRevision() : v.hasTimestamp();
  }

  /** The key of a SET that has got this revision. */
  static long keyOf(long content, long revision) {
    return content + revision * 0x9E3779B97F4A7C15L;
  }

  /** Address and value of a SET; everything of others. */
  static long contentOf(MessageView v) {
    int from = v.addressOffset();
    int to = v.type() == MessageType.SET ? v.valueOffset() + v.valueLength() : v.end();
    return ByteHash.hash(v.buffer(), from, to - from, 0);
  }
}
