package dev.clasp.transport;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * RFC 6455 section 5 in the order of its paragraphs, without care for speed: what {@link
 * WebSocketParser} must agree with.
 */
final class NaiveParser {

  private final boolean masked;
  private final int max;
  private final List<ParserEvent> events = new ArrayList<>();

  private NaiveParser(boolean masked, int max) {
    this.masked = masked;
    this.max = max;
  }

  /** All that is in a stream, up to a close frame, a violation, or the last complete frame. */
  static List<ParserEvent> events(byte[] stream, boolean masked, int max) {
    NaiveParser parser = new NaiveParser(masked, max);
    parser.run(ByteBuffer.wrap(stream));
    return parser.events;
  }

  private boolean violation(int code) {
    events.add(new ParserEvent.Violation(code));
    return false;
  }

  private void run(ByteBuffer in) {
    int opcodeOfMessage = 0;
    byte[] message = {};
    boolean more = true;
    while (more && in.remaining() >= 2) {
      int first = in.get() & 0xFF;
      int second = in.get() & 0xFF;
      boolean fin = first >> 7 == 1;
      int reserved = first >> 4 & 7;
      int opcode = first & 15;
      boolean mask = second >> 7 == 1;
      int short7 = second & 127;
      boolean control = opcode >= 8;
      boolean known = opcode <= 2 || opcode >= 8 && opcode <= 10;
      if (reserved != 0 || !known || mask != masked || control && (!fin || short7 > 125)) {
        more = violation(1002);
        continue;
      }
      if (opcode == 0 && opcodeOfMessage == 0 || !control && opcode != 0 && opcodeOfMessage != 0) {
        more = violation(1002);
        continue;
      }
      int lengthBytes = short7 == 126 ? 2 : short7 == 127 ? 8 : 0;
      // The 7-bit form is judged at once, the others when the whole header is there.
      if (lengthBytes > 0 && in.remaining() < lengthBytes + (masked ? 4 : 0)) {
        break;
      }
      BigInteger length = BigInteger.valueOf(short7);
      if (lengthBytes > 0) {
        byte[] digits = new byte[lengthBytes];
        in.get(digits);
        length = new BigInteger(1, digits);
        BigInteger shortest = BigInteger.valueOf(lengthBytes == 2 ? 126 : 65_536);
        if (length.compareTo(shortest) < 0 || length.bitLength() > 63) {
          more = violation(1002);
          continue;
        }
      }
      if (!control
          && length.add(BigInteger.valueOf(message.length)).compareTo(BigInteger.valueOf(max))
              > 0) {
        more = violation(1009);
        continue;
      }
      if (in.remaining() < length.intValueExact() + (masked ? 4 : 0)) {
        break;
      }
      int key = masked ? in.getInt() : 0;
      byte[] payload = new byte[length.intValueExact()];
      in.get(payload);
      payload = Wire.applied(key, payload);
      switch (opcode) {
        case 8 -> more = closing(payload);
        case 9 -> events.add(new ParserEvent.Ping(hex(payload)));
        case 10 -> events.add(new ParserEvent.Pong());
        default -> {
          message = Wire.concat(message, payload);
          opcodeOfMessage = opcode == 0 ? opcodeOfMessage : opcode;
          if (fin) {
            events.add(
                opcodeOfMessage == 1
                    ? new ParserEvent.Text(message.length)
                    : new ParserEvent.Binary(hex(message)));
            message = new byte[0];
            opcodeOfMessage = 0;
          }
        }
      }
    }
  }

  private boolean closing(byte[] payload) {
    if (payload.length == 0) {
      events.add(new ParserEvent.Closing(1005, ""));
      return false;
    }
    if (payload.length == 1) {
      return violation(1002);
    }
    int code = (payload[0] & 0xFF) << 8 | payload[1] & 0xFF;
    boolean assigned =
        List.of(1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014)
            .contains(code);
    if (!assigned && (code < 3000 || code > 4999)) {
      return violation(1002);
    }
    try {
      byte[] text = Arrays.copyOfRange(payload, 2, payload.length);
      events.add(
          new ParserEvent.Closing(
              code, StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString()));
      return false;
    } catch (CharacterCodingException e) {
      return violation(1007);
    }
  }

  private static String hex(byte[] b) {
    return java.util.HexFormat.of().formatHex(b);
  }
}
