package dev.clasp.osc;

import java.util.Arrays;

/**
 * SLIP with an END at both ends of each packet (OSC 1.1; RFC 1055). Takes an END at one end only
 * too. What is damaged or too long is skipped up to the next END.
 */
public final class SlipFraming implements OscFraming {

  private static final byte END = (byte) 0xC0;
  private static final byte ESCAPE = (byte) 0xDB;
  private static final byte ESCAPED_END = (byte) 0xDC;
  private static final byte ESCAPED_ESCAPE = (byte) 0xDD;

  private static final int FIRST_SIZE = 512;

  private final int maxBytes;
  private byte[] frame = new byte[FIRST_SIZE];
  private int have;
  private boolean escaped;
  private boolean skipping;

  public SlipFraming(int maxBytes) {
    this.maxBytes = Math.min(maxBytes, OscCodec.MAX_PACKET);
  }

  @Override
  public void feed(byte[] bytes, int offset, int length, OscFrames out) {
    for (int i = offset; i < offset + length; i++) {
      byte b = bytes[i];
      if (b == END) {
        end(out);
      } else if (skipping) {
        continue;
      } else if (escaped) {
        escaped = false;
        switch (b) {
          case ESCAPED_END -> add(END, out);
          case ESCAPED_ESCAPE -> add(ESCAPE, out);
          default -> skip("a SLIP escape followed by 0x" + Integer.toHexString(b & 0xFF), out);
        }
      } else if (b == ESCAPE) {
        escaped = true;
      } else {
        add(b, out);
      }
    }
  }

  private void end(OscFrames out) {
    if (escaped && !skipping) {
      out.damaged("a SLIP packet that ends within an escape");
    } else if (have > 0 && !skipping) {
      out.packet(frame, 0, have);
    }
    have = 0;
    escaped = false;
    skipping = false;
  }

  private void add(byte b, OscFrames out) {
    if (have == maxBytes) {
      skip("a SLIP packet of more than " + maxBytes + " bytes", out);
      return;
    }
    if (have == frame.length) {
      frame = Arrays.copyOf(frame, 2 * have);
    }
    frame[have++] = b;
  }

  private void skip(String why, OscFrames out) {
    skipping = true;
    have = 0;
    out.damaged(why);
  }

  /** A packet with its ends and escapes. */
  public static byte[] frame(byte[] packet, int offset, int length) {
    int escapes = 0;
    for (int i = offset; i < offset + length; i++) {
      if (packet[i] == END || packet[i] == ESCAPE) {
        escapes++;
      }
    }
    byte[] framed = new byte[length + escapes + 2];
    int at = 0;
    framed[at++] = END;
    for (int i = offset; i < offset + length; i++) {
      byte b = packet[i];
      if (b == END || b == ESCAPE) {
        framed[at++] = ESCAPE;
        framed[at++] = b == END ? ESCAPED_END : ESCAPED_ESCAPE;
      } else {
        framed[at++] = b;
      }
    }
    framed[at] = END;
    return framed;
  }
}
