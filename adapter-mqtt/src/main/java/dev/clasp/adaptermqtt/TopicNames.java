package dev.clasp.adaptermqtt;

import dev.clasp.protocol.ByteHash;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The names of one loop, found by the bytes of their addresses without making anything. Forgets all
 * when there are too many or they are too long; who kept a name may go on using it.
 */
final class TopicNames {

  private static final int MAX = 1 << 16;

  /** Of addresses; a name has each four times, as bytes and text. */
  private static final int MAX_BYTES = 8 << 20;

  private final Topics topics;
  private @Nullable TopicName[] table = new @Nullable TopicName[1 << 8];
  private int size;
  private int bytes;

  TopicNames(Topics topics) {
    this.topics = topics;
  }

  TopicName of(byte[] b, int offset, int length) {
    int mask = table.length - 1;
    int at = (int) ByteHash.hash(b, offset, length, 0) & mask;
    for (TopicName found = table[at]; found != null; found = table[at]) {
      byte[] address = found.address();
      if (address.length == length
          && Arrays.equals(address, 0, length, b, offset, offset + length)) {
        return found;
      }
      at = at + 1 & mask;
    }
    TopicName name = TopicName.of(Arrays.copyOfRange(b, offset, offset + length), topics);
    if (2 * (size + 1) > table.length || bytes + length > MAX_BYTES) {
      grow();
      return put(name);
    }
    table[at] = name;
    size++;
    bytes += length;
    return name;
  }

  private void grow() {
    @Nullable TopicName[] old = table;
    boolean full = 2 * (size + 1) <= old.length || size >= MAX;
    table = new @Nullable TopicName[full ? 1 << 8 : 2 * old.length];
    size = 0;
    bytes = 0;
    if (!full) {
      for (TopicName name : old) {
        if (name != null) {
          put(name);
        }
      }
    }
  }

  private TopicName put(TopicName name) {
    int mask = table.length - 1;
    int at = (int) ByteHash.hash(name.address(), 0, name.address().length, 0) & mask;
    while (table[at] != null) {
      at = at + 1 & mask;
    }
    table[at] = name;
    size++;
    bytes += name.address().length;
    return name;
  }

  /** For tests. */
  int bytes() {
    return bytes;
  }
}
