package dev.clasp.serial;

import dev.clasp.transport.StreamCoding;
import java.io.ByteArrayOutputStream;

/**
 * Frames between delimiters C0, as RFC 1055 has packets. The delimiter stands in front of a frame
 * too, so that noise before it is a packet of its own; empty packets mean nothing.
 */
final class SlipCoding implements StreamCoding {

  private static final byte END = (byte) 0xC0;
  private static final byte ESC = (byte) 0xDB;
  private static final byte ESC_END = (byte) 0xDC;
  private static final byte ESC_ESC = (byte) 0xDD;

  private final Packet packet;
  private boolean escaped;

  SlipCoding(Packet packet) {
    this.packet = packet;
  }

  @Override
  public void decode(byte[] b, int offset, int length, Sink sink) {
    for (int at = offset; at < offset + length; at++) {
      byte next = b[at];
      if (next == END) {
        if (escaped) {
          packet.damage();
          escaped = false;
        }
        packet.end(sink);
      } else if (escaped) {
        escaped = false;
        if (next == ESC_END) {
          packet.add(END);
        } else if (next == ESC_ESC) {
          packet.add(ESC);
        } else {
          packet.damage();
        }
      } else if (next == ESC) {
        escaped = true;
      } else {
        packet.add(next);
      }
    }
  }

  /** Never: the next delimiter helps, however long it takes. */
  @Override
  public boolean waiting() {
    return false;
  }

  @Override
  public void stalled(Sink sink) {}

  @Override
  public byte[] encode(byte[] frames, int offset, int length) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(length + length / 16 + 16);
    packet.each(
        frames,
        offset,
        length,
        (b, from, count) -> {
          out.write(END);
          for (int at = from; at < from + count; at++) {
            if (b[at] == END) {
              out.write(ESC);
              out.write(ESC_END);
            } else if (b[at] == ESC) {
              out.write(ESC);
              out.write(ESC_ESC);
            } else {
              out.write(b[at]);
            }
          }
          out.write(END);
        });
    return out.toByteArray();
  }

  @Override
  public long resynchronisations() {
    return packet.dropped();
  }
}
