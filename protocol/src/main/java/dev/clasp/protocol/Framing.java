package dev.clasp.protocol;

/** How frames are delimited on a carrier: the bytes in front of each frame. */
public enum Framing {
  /**
   * Nothing: frames follow each other and delimit themselves (QUIC, serial, pipes; wire.md 2.7).
   */
  BARE {
    @Override
    public int prefixLength(int frameLength) {
      return 0;
    }

    @Override
    public void writePrefix(byte[] out, int offset, int frameLength) {}
  },
  /** A four-byte big-endian length (raw TCP; transports.md 3.1). */
  LENGTH_PREFIX {
    @Override
    public int prefixLength(int frameLength) {
      return 4;
    }

    @Override
    public void writePrefix(byte[] out, int offset, int frameLength) {
      out[offset] = (byte) (frameLength >>> 24);
      out[offset + 1] = (byte) (frameLength >>> 16);
      out[offset + 2] = (byte) (frameLength >>> 8);
      out[offset + 3] = (byte) frameLength;
    }
  },
  /** An unmasked final binary WebSocket frame, as servers send it (RFC 6455 section 5.2). */
  WEBSOCKET {
    @Override
    public int prefixLength(int frameLength) {
      return frameLength < 126 ? 2 : frameLength <= 0xFFFF ? 4 : 10;
    }

    @Override
    public void writePrefix(byte[] out, int offset, int frameLength) {
      out[offset] = (byte) 0x82;
      if (frameLength < 126) {
        out[offset + 1] = (byte) frameLength;
      } else if (frameLength <= 0xFFFF) {
        out[offset + 1] = 126;
        out[offset + 2] = (byte) (frameLength >>> 8);
        out[offset + 3] = (byte) frameLength;
      } else {
        out[offset + 1] = 127;
        out[offset + 2] = 0;
        out[offset + 3] = 0;
        out[offset + 4] = 0;
        out[offset + 5] = 0;
        out[offset + 6] = (byte) (frameLength >>> 24);
        out[offset + 7] = (byte) (frameLength >>> 16);
        out[offset + 8] = (byte) (frameLength >>> 8);
        out[offset + 9] = (byte) frameLength;
      }
    }
  };

  /** Longest prefix of any framing. */
  public static final int MAX_PREFIX = 10;

  /** Bytes in front of a frame of this length. */
  public abstract int prefixLength(int frameLength);

  /** Writes the prefix of a frame of this length; {@code out} has room for it. */
  public abstract void writePrefix(byte[] out, int offset, int frameLength);
}
