package dev.clasp.bridgemqtt;

import dev.clasp.bridge.Namespace;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Topics as addresses and back, without loss (bridges.md 8.2, 8.7): {@code sensors/temp} is {@code
 * /mqtt/sensors/temp}. What an address cannot have, that is {@code *} and control characters, is
 * written as {@code %} and two hexadecimal digits for each byte, and so is {@code %} itself.
 */
final class Topics {

  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private final Namespace namespace;

  Topics(Namespace namespace) {
    this.namespace = namespace;
  }

  String address(String topic) {
    StringBuilder name = new StringBuilder(topic.length());
    topic
        .codePoints()
        .forEach(c -> {
          if (c == '%' || c == '*' || Character.isISOControl(c)) {
            for (byte b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
              name.append('%').append(HEX.toHexDigits(b));
            }
          } else {
            name.appendCodePoint(c);
          }
        });
    return namespace.address(name.toString());
  }

  /**
   * The topic of an address; empty if it is outside the namespace or no topic can be called so: one
   * has no {@code +}, {@code #} or zero byte, and at most 65,535 bytes (MQTT 5.0 section 4.7).
   */
  Optional<String> topic(String address) {
    return namespace.name(address).map(Topics::decoded).filter(Topics::isTopicName);
  }

  private static boolean isTopicName(String topic) {
    return !topic.isEmpty()
        && topic.chars().noneMatch(c -> c == '+' || c == '#' || c == 0)
        && topic.getBytes(StandardCharsets.UTF_8).length <= 65_535;
  }

  private static String decoded(String name) {
    if (name.indexOf('%') < 0) {
      return name;
    }
    byte[] b = name.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream(b.length);
    for (int i = 0; i < b.length; i++) {
      if (b[i] == '%'
          && i + 2 < b.length
          && HexFormat.isHexDigit(b[i + 1])
          && HexFormat.isHexDigit(b[i + 2])) {
        out.write(HexFormat.fromHexDigit(b[i + 1]) << 4 | HexFormat.fromHexDigit(b[i + 2]));
        i += 2;
      } else {
        out.write(b[i]);
      }
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
