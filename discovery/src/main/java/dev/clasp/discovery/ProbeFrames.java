package dev.clasp.discovery;

import dev.clasp.protocol.DecodeException;
import dev.clasp.protocol.Feature;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.protocol.Message;
import dev.clasp.protocol.MessageCodec;
import dev.clasp.protocol.Qos;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Probes and replies of the UDP broadcast (discovery.md 3.1, 3.2).
 *
 * <p>Our extension (3.5 item 5): a reply may tell more behind its token, where old decoders do not
 * look: a 16-bit length and lines {@code key=value} in UTF-8 with the keys of the TXT record. It is
 * sent only to who asks for it by the name {@link #ASKING_FOR_MORE}, and only if the probe is as
 * long as the reply, so that forged probes gain nothing by it.
 */
final class ProbeFrames {

  /** The name in the probe of the reference. */
  static final String ASKING = "Discovery";

  /** The name in ours. */
  static final String ASKING_FOR_MORE = "Discovery+";

  /** Bytes of our probe: as many as the longest reply that we want. */
  static final int LONG_PROBE = 320;

  /** Longest name in a reply, in bytes. */
  private static final int LONGEST_NAME = 64;

  private static final int LONGEST_MORE = 1024;

  private ProbeFrames() {}

  /**
   * A reply that was received.
   *
   * @param more what our servers tell; empty from others
   */
  record Reply(Message.Welcome welcome, Map<String, String> more) {}

  /** The probe of the reference, 20 bytes. */
  static byte[] plainProbe() {
    return FrameCodec.encode(hello(ASKING));
  }

  /** Ours: zeros behind the token, which every decoder ignores, make it long. */
  static byte[] probe() {
    return frame(MessageCodec.encode(hello(ASKING_FOR_MORE)), LONG_PROBE, new byte[0]);
  }

  private static Message.Hello hello(String name) {
    return new Message.Hello(1, Set.of(), name, Optional.empty(), Optional.empty());
  }

  /** A frame with these bytes behind the message, and zeros up to the length. */
  private static byte[] frame(byte[] message, int length, byte[] behind) {
    int payload = message.length + behind.length;
    byte[] frame = new byte[Math.max(length, FrameDescriptor.HEADER_LENGTH + payload)];
    FrameDescriptor.writeHeader(frame, 0, Qos.FIRE, frame.length - FrameDescriptor.HEADER_LENGTH);
    System.arraycopy(message, 0, frame, FrameDescriptor.HEADER_LENGTH, message.length);
    System.arraycopy(
        behind, 0, frame, FrameDescriptor.HEADER_LENGTH + message.length, behind.length);
    return frame;
  }

  /**
   * The HELLO in a datagram; empty if it is another message.
   *
   * @throws DecodeException whatever is wrong with the bytes
   */
  static Optional<Message.Hello> hello(byte[] datagram, int length) {
    return FrameCodec.decode(datagram, 0, length).message() instanceof Message.Hello hello
        ? Optional.of(hello)
        : Optional.empty();
  }

  /**
   * The reply to a probe.
   *
   * @param hello of the probe
   * @param length of the probe
   */
  static byte[] reply(Advertisement what, long timeMicros, Message.Hello hello, int length) {
    Set<Feature> features = EnumSet.noneOf(Feature.class);
    features.addAll(what.features());
    // It is no feature of a WELCOME (3.2).
    features.remove(Feature.FEDERATION);
    byte[] welcome =
        MessageCodec.encode(
            new Message.Welcome(
                1,
                features,
                timeMicros,
                what.id().toString(),
                DisplayText.cut(what.name(), LONGEST_NAME),
                Optional.empty()));
    if (hello.name().equals(ASKING_FOR_MORE)) {
      byte[] more = more(what);
      byte[] extended = frame(welcome, 0, more);
      if (extended.length <= length) {
        return extended;
      }
    }
    return frame(welcome, 0, new byte[0]);
  }

  private static byte[] more(Advertisement what) {
    StringBuilder lines = new StringBuilder();
    lines.append("id=").append(what.id()).append('\n');
    lines.append("tls=").append(what.tls() ? 1 : 0).append('\n');
    lines.append("path=").append(what.path()).append('\n');
    what.ports().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            port -> lines.append(port.getKey()).append('=').append(port.getValue()).append('\n'));
    byte[] text = lines.toString().getBytes(StandardCharsets.UTF_8);
    byte[] more = new byte[2 + text.length];
    more[0] = (byte) (text.length >>> 8);
    more[1] = (byte) text.length;
    System.arraycopy(text, 0, more, 2, text.length);
    return more;
  }

  /**
   * The reply in a datagram; empty if it is another message.
   *
   * @throws DecodeException whatever is wrong with the bytes
   */
  static Optional<Reply> reply(byte[] datagram, int length) {
    FrameCodec.Frame frame = FrameCodec.decode(datagram, 0, length);
    if (!(frame.message() instanceof Message.Welcome welcome)) {
      return Optional.empty();
    }
    int start = frame.timestampMicros().isPresent() ? 12 : FrameDescriptor.HEADER_LENGTH;
    return Optional.of(
        new Reply(
            welcome,
            MessageCodec.isMessagePack(datagram[start])
                ? Map.of()
                : told(datagram, start, frame.length())));
  }

  /** What stands behind the token, if that is what we write there; else nothing. */
  private static Map<String, String> told(byte[] b, int start, int end) {
    // Type, version, features and time; then session, name and token, each with its length.
    int at = start + 11;
    for (int i = 0; i < 3; i++) {
      if (end - at < 2) {
        return Map.of();
      }
      at += 2 + u16(b, at);
    }
    if (end - at < 2) {
      return Map.of();
    }
    int length = u16(b, at);
    if (length > LONGEST_MORE || length > end - at - 2) {
      return Map.of();
    }
    Map<String, String> told = new LinkedHashMap<>();
    for (String line : new String(b, at + 2, length, StandardCharsets.UTF_8).split("\n", 33)) {
      int equals = line.indexOf('=');
      if (equals > 0 && told.size() < 32) {
        told.putIfAbsent(
            line.substring(0, equals).toLowerCase(Locale.ROOT), line.substring(equals + 1));
      }
    }
    return told;
  }

  private static int u16(byte[] b, int at) {
    return (b[at] & 0xFF) << 8 | b[at + 1] & 0xFF;
  }
}
