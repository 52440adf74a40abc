package dev.clasp.serial;

import dev.clasp.transport.StreamCoding;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where delimiters say what is a frame. */
final class PacketHelloFinder implements HelloFinder {

  private final StreamCoding coding;
  private byte @Nullable [] hello;
  private int strangers;

  PacketHelloFinder(StreamCoding coding) {
    this.coding = coding;
  }

  @Override
  public Optional<Found> take(byte[] b, int offset, int length) {
    // Byte by byte, because it must be known where HELLO ends; a line is slow.
    for (int at = offset; at < offset + length; at++) {
      coding.decode(b, at, 1, this::frame);
      byte[] found = hello;
      if (found != null) {
        hello = null;
        return Optional.of(new Found(found, Arrays.copyOfRange(b, at + 1, offset + length)));
      }
    }
    return Optional.empty();
  }

  private void frame(byte[] b, int offset, int length) {
    switch (HelloFinder.kindOf(b, offset, length)) {
      case HELLO -> hello = Arrays.copyOfRange(b, offset, offset + length);
      case OTHER -> strangers++;
      case NONE -> {}
    }
  }

  @Override
  public void quiet() {}

  @Override
  public int strangers() {
    int all = strangers;
    strangers = 0;
    return all;
  }
}
