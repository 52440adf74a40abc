package dev.clasp.serial;

import dev.clasp.protocol.DecodeException;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Message;
import java.util.Optional;

/**
 * Looks for the HELLO with which a device begins. A wire has no connections: whatever comes in
 * front of HELLO is noise, half of a frame from before we listened, or a device that does not know
 * that the router is a new one. One thread.
 */
interface HelloFinder {

  /**
   * What was found.
   *
   * @param hello the frame
   * @param rest what came behind it
   */
  record Found(byte[] hello, byte[] rest) {}

  /** The next bytes; once HELLO was found, the finder begins again. */
  Optional<Found> take(byte[] b, int offset, int length);

  /** The line has been quiet for some time: what began before does not go on. */
  void quiet();

  /** Messages that were no HELLO, since this was asked last. */
  int strangers();

  /** What a frame is, as far as it matters here. */
  enum Kind {
    HELLO,
    OTHER,
    NONE
  }

  static Kind kindOf(byte[] b, int offset, int length) {
    int flags = FrameDescriptor.flags(b, offset);
    int start = offset + FrameDescriptor.payloadStart(flags);
    if (start >= offset + length
        || (flags & (FrameDescriptor.FLAG_ENCRYPTED | FrameDescriptor.FLAG_COMPRESSED)) != 0) {
      return Kind.NONE;
    }
    try {
      return FrameCodec.decode(b, offset, length).message() instanceof Message.Hello
          ? Kind.HELLO
          : Kind.OTHER;
    } catch (DecodeException e) {
      return Kind.NONE;
    }
  }
}
