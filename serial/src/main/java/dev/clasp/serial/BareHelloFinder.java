package dev.clasp.serial;

import dev.clasp.protocol.FrameDescriptor;
import java.util.Arrays;
import java.util.Optional;

/**
 * Among bare frames. The half of an old frame may look like the beginning of a long one, and HELLO
 * would be taken for its inside; so HELLO is looked for at every byte, also inside what has begun
 * and is not complete. Only a frame that is complete and right is passed over as a whole.
 */
final class BareHelloFinder implements HelloFinder {

  /** A HELLO with a token fits; more is looked through in pieces. */
  private static final int KEEP = 16 << 10;

  private byte[] b = new byte[4096];
  private int length;
  private int strangers;

  @Override
  public Optional<Found> take(byte[] more, int offset, int count) {
    if (length + count > b.length) {
      b = Arrays.copyOf(b, length + count);
    }
    System.arraycopy(more, offset, b, length, count);
    length += count;
    int keep = length;
    for (int at = 0; at < length; ) {
      int frame = frameAt(at);
      if (frame < 0) {
        keep = Math.min(keep, at);
        at++;
        continue;
      }
      switch (frame == 0 ? Kind.NONE : HelloFinder.kindOf(b, at, frame)) {
        case HELLO -> {
          Found found =
              new Found(
                  Arrays.copyOfRange(b, at, at + frame), Arrays.copyOfRange(b, at + frame, length));
          length = 0;
          return Optional.of(found);
        }
        case OTHER -> {
          strangers++;
          at += frame;
          // Whatever seemed to have begun in front of it did not.
          keep = length;
        }
        case NONE -> at++;
      }
    }
    forgetUpTo(Math.max(keep, length - KEEP));
    return Optional.empty();
  }

  /** Length of the frame there; 0 if none begins there, -1 if more is needed to know. */
  private int frameAt(int at) {
    if (b[at] != FrameDescriptor.MAGIC) {
      return 0;
    }
    if (length - at < FrameDescriptor.HEADER_LENGTH) {
      return -1;
    }
    int frame =
        FrameDescriptor.payloadStart(FrameDescriptor.flags(b, at))
            + FrameDescriptor.payloadLength(b, at);
    return frame > length - at ? -1 : frame;
  }

  private void forgetUpTo(int from) {
    length -= from;
    System.arraycopy(b, from, b, 0, length);
  }

  @Override
  public void quiet() {
    length = 0;
  }

  @Override
  public int strangers() {
    int all = strangers;
    strangers = 0;
    return all;
  }
}
