package dev.clasp.transport;

import java.util.SplittableRandom;

/** Streams of WebSocket frames, mostly right, sometimes damaged. */
final class RandomStreams {

  private static final int[] CODES = {1000, 1001, 1005, 1008, 1015, 3000, 4999, 5000};

  private final SplittableRandom random;
  private final boolean masked;
  private boolean insideMessage;

  RandomStreams(SplittableRandom random, boolean masked) {
    this.random = random;
    this.masked = masked;
  }

  byte[] next() {
    insideMessage = false;
    byte[] stream = {};
    for (int n = random.nextInt(12); n >= 0; n--) {
      stream = Wire.concat(stream, frame());
    }
    while (random.nextInt(3) == 0 && stream.length > 0) {
      stream[random.nextInt(stream.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return random.nextInt(4) == 0
        ? java.util.Arrays.copyOf(stream, random.nextInt(stream.length + 1))
        : stream;
  }

  private byte[] frame() {
    int key = random.nextInt();
    int kind = random.nextInt(20);
    if (kind == 0) {
      byte[] body =
          switch (random.nextInt(4)) {
            case 0 -> new byte[random.nextInt(3)];
            case 1 -> Wire.reason(CODES[random.nextInt(CODES.length)], "");
            case 2 -> Wire.concat(Wire.reason(1000, "é"), payload(4));
            default -> Wire.reason(CODES[random.nextInt(CODES.length)], "ende Σ");
          };
      return Wire.frame(Wire.FIN | Wire.CLOSE, masked, key, body);
    }
    if (kind < 4) {
      int opcode = random.nextBoolean() ? Wire.PING : Wire.PONG;
      return Wire.frame(Wire.FIN | opcode, masked, key, payload(126));
    }
    if (kind == 4) {
      // Any form of length, fitting or not.
      int form = new int[] {16, 64}[random.nextInt(2)];
      long length = random.nextInt(3) == 0 ? random.nextLong() : random.nextInt(1000);
      return Wire.header(Wire.FIN | Wire.BINARY, masked, key, form, length);
    }
    int opcode = insideMessage ? Wire.CONTINUATION : random.nextInt(1, 3);
    boolean last = random.nextInt(3) > 0;
    insideMessage = !last;
    return Wire.frame((last ? Wire.FIN : 0) | opcode, masked, key, payload(300));
  }

  private byte[] payload(int bound) {
    byte[] b = new byte[random.nextInt(bound)];
    random.nextBytes(b);
    return b;
  }
}
