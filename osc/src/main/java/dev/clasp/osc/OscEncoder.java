package dev.clasp.osc;

import dev.clasp.osc.OscArgument.Bool;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Writes packets, one after the other, into a buffer that is used again and grows as needed. For
 * one thread.
 */
public final class OscEncoder {

  private static final byte[] BUNDLE = {'#', 'b', 'u', 'n', 'd', 'l', 'e', 0};
  private static final int FIRST_SIZE = 512;

  private final int maxBytes;
  private byte[] buffer = new byte[FIRST_SIZE];
  private int at;

  /**
   * @param maxBytes of a packet: {@link OscCodec#MAX_DATAGRAM} for UDP, at most {@link
   *     OscCodec#MAX_PACKET}
   */
  public OscEncoder(int maxBytes) {
    this.maxBytes = Math.min(maxBytes, OscCodec.MAX_PACKET);
  }

  /**
   * Writes a packet in place of the one before.
   *
   * @return its length in bytes
   * @throws IllegalArgumentException it cannot be written: too long, an address without a slash,
   *     text with a NUL, too deep
   */
  public int encode(OscPacket packet) {
    at = 0;
    packet(packet, 1);
    return at;
  }

  /** Where the packet is, from 0; holds until the next one. */
  public byte[] buffer() {
    return buffer;
  }

  public int length() {
    return at;
  }

  /** A copy of the packet. */
  public byte[] toArray() {
    return Arrays.copyOf(buffer, at);
  }

  /** The packet to read, without a copy; holds until the next one. */
  public ByteBuffer toByteBuffer() {
    return ByteBuffer.wrap(buffer, 0, at);
  }

  private void packet(OscPacket packet, int depth) {
    switch (packet) {
      case OscMessage message -> message(message);
      case OscBundle bundle -> bundle(bundle, depth);
    }
  }

  private void bundle(OscBundle bundle, int depth) {
    if (depth > OscCodec.MAX_DEPTH) {
      throw new IllegalArgumentException("bundles nested deeper than " + OscCodec.MAX_DEPTH);
    }
    room(BUNDLE.length + Long.BYTES);
    System.arraycopy(BUNDLE, 0, buffer, at, BUNDLE.length);
    at += BUNDLE.length;
    int64(bundle.time().bits());
    for (OscPacket element : bundle.elements()) {
      int size = at;
      int32(0);
      packet(element, depth + 1);
      BigEndian.put(buffer, size, at - size - Integer.BYTES);
    }
  }

  private void message(OscMessage message) {
    String address = message.address();
    if (address.isEmpty() || address.charAt(0) != '/') {
      throw new IllegalArgumentException("an OSC address begins with a slash: " + address);
    }
    text(address);
    List<OscArgument> arguments = message.arguments();
    room(1);
    buffer[at++] = ',';
    tags(arguments, 0);
    pad(1);
    data(arguments);
  }

  private void tags(List<OscArgument> arguments, int depth) {
    int count = arguments.size();
    room(count + 2);
    for (int i = 0; i < count; i++) {
      switch (arguments.get(i)) {
        case OscArgument.Int32 _ -> tag('i');
        case OscArgument.Int64 _ -> tag('h');
        case OscArgument.Float32 _ -> tag('f');
        case OscArgument.Float64 _ -> tag('d');
        case OscArgument.Text _ -> tag('s');
        case OscArgument.Symbol _ -> tag('S');
        case OscArgument.Blob _ -> tag('b');
        case OscArgument.Time _ -> tag('t');
        case OscArgument.Char _ -> tag('c');
        case OscArgument.Rgba _ -> tag('r');
        case OscArgument.Midi _ -> tag('m');
        case Bool(boolean value) -> tag(value ? 'T' : 'F');
        case OscArgument.Nil _ -> tag('N');
        case OscArgument.Impulse _ -> tag('I');
        case OscArgument.Array(var elements) -> {
          if (depth >= OscCodec.MAX_DEPTH) {
            throw new IllegalArgumentException("arrays nested deeper than " + OscCodec.MAX_DEPTH);
          }
          tag('[');
          tags(elements, depth + 1);
          tag(']');
          room(count - i + 1);
        }
      }
    }
  }

  private void tag(char tag) {
    buffer[at++] = (byte) tag;
  }

  private void data(List<OscArgument> arguments) {
    for (int i = 0, count = arguments.size(); i < count; i++) {
      switch (arguments.get(i)) {
        case OscArgument.Int32(int value) -> int32(value);
        case OscArgument.Int64(long value) -> int64(value);
        case OscArgument.Float32(float value) -> int32(Float.floatToRawIntBits(value));
        case OscArgument.Float64(double value) -> int64(Double.doubleToRawLongBits(value));
        case OscArgument.Text(String value) -> text(value);
        case OscArgument.Symbol(String value) -> text(value);
        case OscArgument.Blob(byte[] value) -> {
          int32(value.length);
          room(value.length);
          System.arraycopy(value, 0, buffer, at, value.length);
          at += value.length;
          pad(0);
        }
        case OscArgument.Time(OscTimeTag value) -> int64(value.bits());
        case OscArgument.Char(int value) -> int32(value);
        case OscArgument.Rgba(int value) -> int32(value);
        case OscArgument.Midi(int value) -> int32(value);
        case Bool _, OscArgument.Nil _, OscArgument.Impulse _ -> {}
        case OscArgument.Array(var elements) -> data(elements);
      }
    }
  }

  // The depth of arrays was checked with the tags.

  private void text(String text) {
    int length = text.length();
    room(length);
    int to = at;
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c == 0) {
        throw new IllegalArgumentException("OSC text cannot contain a NUL");
      }
      if (c >= 0x80) {
        at = to;
        utf8(text.substring(i));
        pad(1);
        return;
      }
      buffer[to++] = (byte) c;
    }
    at = to;
    pad(1);
  }

  private void utf8(String rest) {
    byte[] bytes = rest.getBytes(StandardCharsets.UTF_8);
    room(bytes.length);
    for (byte b : bytes) {
      if (b == 0) {
        throw new IllegalArgumentException("OSC text cannot contain a NUL");
      }
      buffer[at++] = b;
    }
  }

  /** NULs up to a multiple of four, and at least so many. Packets begin at multiples of four. */
  private void pad(int least) {
    int to = (at + least + 3) & ~3;
    room(to - at);
    while (at < to) {
      buffer[at++] = 0;
    }
  }

  private void int32(int value) {
    room(Integer.BYTES);
    BigEndian.put(buffer, at, value);
    at += Integer.BYTES;
  }

  private void int64(long value) {
    room(Long.BYTES);
    BigEndian.put(buffer, at, value);
    at += Long.BYTES;
  }

  private void room(int more) {
    long needed = (long) at + more;
    if (needed > maxBytes) {
      throw new IllegalArgumentException(
          "the packet has more than " + maxBytes + " bytes; send it in several");
    }
    if (needed > buffer.length) {
      buffer = Arrays.copyOf(buffer, (int) Math.max(needed, 2L * buffer.length));
    }
  }
}
