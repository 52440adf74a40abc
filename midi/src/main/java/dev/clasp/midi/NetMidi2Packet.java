package dev.clasp.midi;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Datagrams of Network MIDI 2.0 (M2-124-UM, section 5): the word MIDI, and commands. */
public final class NetMidi2Packet {

  /** Longest datagram (section 5.1.1). */
  public static final int MOST_BYTES = 1400;

  private static final int SIGNATURE = 0x4D494449;
  private static final int MOST_COMMANDS = MOST_BYTES / 4;

  private NetMidi2Packet() {}

  /**
   * Reads a datagram. What stands behind a damaged command is not read.
   *
   * @return empty if it is none of Network MIDI 2.0
   */
  public static Optional<List<NetMidi2Command>> parse(byte[] bytes, int length) {
    if (length < 4 || length > MOST_BYTES) {
      return Optional.empty();
    }
    ByteBuffer in = ByteBuffer.wrap(bytes, 0, length);
    if (in.getInt() != SIGNATURE) {
      return Optional.empty();
    }
    List<NetMidi2Command> commands = new ArrayList<>();
    while (in.remaining() >= 4 && commands.size() < MOST_COMMANDS) {
      int header = in.getInt();
      int size = (header >>> 16 & 0xFF) * 4;
      if (size > in.remaining()) {
        commands.add(new NetMidi2Command.Unknown(header, true));
        break;
      }
      byte[] payload = new byte[size];
      in.get(payload);
      NetMidi2Command command = command(header, payload);
      commands.add(command);
      if (command instanceof NetMidi2Command.Unknown(_, boolean damaged) && damaged) {
        break;
      }
    }
    return Optional.of(List.copyOf(commands));
  }

  private static NetMidi2Command command(int header, byte[] payload) {
    int code = header >>> 24;
    int first = header >>> 8 & 0xFF;
    int second = header & 0xFF;
    int both = header & 0xFFFF;
    NetMidi2Command damaged = new NetMidi2Command.Unknown(header, true);
    int names = first * 4;
    return switch (code) {
      case 0x01 ->
          names > payload.length
              ? damaged
              : new NetMidi2Command.Invitation(
                  second, name(payload, 0, names), product(payload, names));
      case 0x02 ->
          payload.length < NetMidi2Command.DIGEST_BYTES
              ? damaged
              : new NetMidi2Command.Authentication(hex(payload, 0, NetMidi2Command.DIGEST_BYTES));
      case 0x03 ->
          payload.length < NetMidi2Command.DIGEST_BYTES
              ? damaged
              : new NetMidi2Command.UserAuthentication(
                  hex(payload, 0, NetMidi2Command.DIGEST_BYTES),
                  text(
                      payload,
                      NetMidi2Command.DIGEST_BYTES,
                      payload.length,
                      NetMidi2Command.LONGEST_NAME));
      case 0x10 ->
          names > payload.length
              ? damaged
              : new NetMidi2Command.Accepted(name(payload, 0, names), product(payload, names));
      case 0x11 ->
          names > payload.length
              ? damaged
              : new NetMidi2Command.Pending(name(payload, 0, names), product(payload, names));
      case 0x12, 0x13 -> {
        int end = NetMidi2Command.NONCE_BYTES + names;
        yield end > payload.length
            ? damaged
            : new NetMidi2Command.AuthenticationRequired(
                code == 0x13,
                second,
                hex(payload, 0, NetMidi2Command.NONCE_BYTES),
                name(payload, NetMidi2Command.NONCE_BYTES, end),
                product(payload, end));
      }
      case 0x20 -> payload.length < 4 ? damaged : new NetMidi2Command.Ping(word(payload));
      case 0x21 -> payload.length < 4 ? damaged : new NetMidi2Command.PingReply(word(payload));
      // One source has no payload here: then it is about all that there are.
      case 0x80 ->
          new NetMidi2Command.RetransmitRequest(
              both, payload.length < 4 ? 0 : word(payload) >>> 16);
      case 0x81 ->
          payload.length < 4
              ? damaged
              : new NetMidi2Command.RetransmitError(first, word(payload) >>> 16);
      case 0x82 -> new NetMidi2Command.Reset();
      case 0x83 -> new NetMidi2Command.ResetReply();
      case 0x8F ->
          payload.length < 4
              ? damaged
              : new NetMidi2Command.Nak(
                  first,
                  word(payload),
                  text(payload, 4, payload.length, NetMidi2Command.LONGEST_NAME));
      case 0xF0 ->
          new NetMidi2Command.Bye(
              first, text(payload, 0, payload.length, NetMidi2Command.LONGEST_NAME));
      case 0xF1 -> new NetMidi2Command.ByeReply();
      case 0xFF -> {
        Optional<List<Ump>> packets = packets(payload);
        yield packets.isEmpty() ? damaged : new NetMidi2Command.UmpData(both, packets.get());
      }
      default -> new NetMidi2Command.Unknown(header, false);
    };
  }

  /** Empty if there is a packet that is not whole, or there are too many. */
  private static Optional<List<Ump>> packets(byte[] payload) {
    if (payload.length > 4 * NetMidi2Command.MOST_WORDS) {
      return Optional.empty();
    }
    List<Ump> packets = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(payload);
    while (in.hasRemaining()) {
      int[] words = new int[Ump.length(in.getInt(in.position()))];
      if (4 * words.length > in.remaining()) {
        return Optional.empty();
      }
      for (int i = 0; i < words.length; i++) {
        words[i] = in.getInt();
      }
      packets.add(Ump.of(words));
    }
    return Optional.of(packets);
  }

  private static int word(byte[] payload) {
    return ByteBuffer.wrap(payload).getInt();
  }

  private static String hex(byte[] bytes, int from, int length) {
    return HexFormat.of().formatHex(bytes, from, from + length);
  }

  private static String name(byte[] bytes, int from, int to) {
    return text(bytes, from, to, NetMidi2Command.LONGEST_NAME);
  }

  private static String product(byte[] bytes, int from) {
    return text(bytes, from, bytes.length, NetMidi2Command.LONGEST_PRODUCT);
  }

  /** Up to a zero byte; control characters are taken out: it will be shown. */
  private static String text(byte[] bytes, int from, int to, int most) {
    int end = from;
    while (end < to && bytes[end] != 0 && end - from < most) {
      end++;
    }
    String text =
        new String(bytes, from, end - from, StandardCharsets.UTF_8)
            .replaceAll("\\p{Cc}|\\p{Cf}|\\p{Zl}|\\p{Zp}|\uFFFD", "");
    return new String(cut(text, most), StandardCharsets.UTF_8);
  }

  /** UTF-8, not more than so many bytes and no half characters. */
  static byte[] cut(String text, int most) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length <= most) {
      return bytes;
    }
    int end = most;
    while (end > 0 && (bytes[end] & 0xC0) == 0x80) {
      end--;
    }
    return Arrays.copyOf(bytes, end);
  }

  // --- writing -----------------------------------------------------------------------------------

  /** Bytes of a datagram with one command. */
  public static byte[] write(NetMidi2Command command) {
    return write(List.of(command));
  }

  /**
   * Bytes of a datagram.
   *
   * @throws IllegalArgumentException they would be too many
   */
  public static byte[] write(List<? extends NetMidi2Command> commands) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {'M', 'I', 'D', 'I'});
    commands.forEach(command -> out.writeBytes(bytes(command)));
    if (out.size() > MOST_BYTES) {
      throw new IllegalArgumentException("a datagram of " + out.size() + " bytes");
    }
    return out.toByteArray();
  }

  /** Bytes of a command in a datagram. */
  static int size(NetMidi2Command command) {
    return command instanceof NetMidi2Command.UmpData data
        ? 4 + 4 * data.words()
        : bytes(command).length;
  }

  private static byte[] bytes(NetMidi2Command command) {
    return switch (command) {
      case NetMidi2Command.Invitation(int capabilities, String name, String product) ->
          named(0x01, capabilities, new byte[0], name, product);
      case NetMidi2Command.Authentication(String digest) ->
          command(0x02, 0, 0, HexFormat.of().parseHex(digest));
      case NetMidi2Command.UserAuthentication(String digest, String user) ->
          command(
              0x03,
              0,
              0,
              join(
                  HexFormat.of().parseHex(digest),
                  padded(cut(user, NetMidi2Command.LONGEST_NAME))));
      case NetMidi2Command.Accepted(String name, String product) ->
          named(0x10, 0, new byte[0], name, product);
      case NetMidi2Command.Pending(String name, String product) ->
          named(0x11, 0, new byte[0], name, product);
      case NetMidi2Command.AuthenticationRequired(
              boolean user,
              int state,
              String nonce,
              String name,
              String product) ->
          named(user ? 0x13 : 0x12, state, HexFormat.of().parseHex(nonce), name, product);
      case NetMidi2Command.Ping(int id) -> command(0x20, 0, 0, word(id));
      case NetMidi2Command.PingReply(int id) -> command(0x21, 0, 0, word(id));
      case NetMidi2Command.RetransmitRequest(int sequence, int count) ->
          command(0x80, sequence >> 8 & 0xFF, sequence & 0xFF, word(count << 16));
      case NetMidi2Command.RetransmitError(int reason, int sequence) ->
          command(0x81, reason, 0, word(sequence << 16));
      case NetMidi2Command.Reset() -> command(0x82, 0, 0, new byte[0]);
      case NetMidi2Command.ResetReply() -> command(0x83, 0, 0, new byte[0]);
      case NetMidi2Command.Nak(int reason, int header, String text) ->
          command(
              0x8F, reason, 0, join(word(header), padded(cut(text, NetMidi2Command.LONGEST_NAME))));
      case NetMidi2Command.Bye(int reason, String text) ->
          command(0xF0, reason, 0, padded(cut(text, NetMidi2Command.LONGEST_NAME)));
      case NetMidi2Command.ByeReply() -> command(0xF1, 0, 0, new byte[0]);
      case NetMidi2Command.UmpData(int sequence, List<Ump> packets) -> {
        ByteBuffer words = ByteBuffer.allocate(4 * ((NetMidi2Command.UmpData) command).words());
        packets.forEach(packet -> {
          for (int word : packet.words()) {
            words.putInt(word);
          }
        });
        yield command(0xFF, sequence >> 8, sequence & 0xFF, words.array());
      }
      case NetMidi2Command.Unknown(int header, _) -> word(header & 0xFF00FFFF);
    };
  }

  private static byte[] named(int code, int second, byte[] before, String name, String product) {
    byte[] names = padded(cut(name, NetMidi2Command.LONGEST_NAME));
    byte[] products = padded(cut(product, NetMidi2Command.LONGEST_PRODUCT));
    return command(code, names.length / 4, second, join(join(before, names), products));
  }

  private static byte[] command(int code, int first, int second, byte[] payload) {
    return join(
        new byte[] {(byte) code, (byte) (payload.length / 4), (byte) first, (byte) second},
        payload);
  }

  private static byte[] word(int word) {
    return ByteBuffer.allocate(4).putInt(word).array();
  }

  private static byte[] padded(byte[] bytes) {
    return Arrays.copyOf(bytes, bytes.length + 3 & ~3);
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  // --- who somebody is ---------------------------------------------------------------------------

  /**
   * What shows that one knows a secret (sections 6.9 and 6.10): SHA-256 of the nonce, the user if
   * there is one, and the secret.
   *
   * @param nonce in hexadecimal
   * @param user empty for none
   * @return in hexadecimal
   */
  public static String digest(String nonce, String user, String secret) {
    try {
      MessageDigest hash = MessageDigest.getInstance("SHA-256");
      hash.update(HexFormat.of().parseHex(nonce));
      hash.update(user.getBytes(StandardCharsets.UTF_8));
      hash.update(secret.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
