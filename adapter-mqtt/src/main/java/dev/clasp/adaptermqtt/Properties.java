package dev.clasp.adaptermqtt;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The properties of a packet, read.
 *
 * @param values numbers as Long, texts, byte arrays; user properties are in {@code travelling} only
 * @param travelling those that are handed on, as they came
 */
record Properties(Map<Property, Object> values, byte[] travelling) {

  private static final byte[] NOTHING = {};

  static final Properties NONE = new Properties(Map.of(), NOTHING);

  OptionalLong number(Property property) {
    return values.get(property) instanceof Long number
        ? OptionalLong.of(number)
        : OptionalLong.empty();
  }

  Optional<String> text(Property property) {
    return values.get(property) instanceof String text ? Optional.of(text) : Optional.empty();
  }

  boolean has(Property property) {
    return values.containsKey(property);
  }

  /**
   * Reads a property length and what follows.
   *
   * @param packet of {@link PacketType}
   * @throws PacketException unknown, not for this packet, twice, or out of range
   */
  static Properties read(PacketReader in, int packet) {
    int length = in.varint();
    if (length == 0) {
      return NONE;
    }
    int end = in.require(length);
    Map<Property, Object> values = new EnumMap<>(Property.class);
    byte[] travelling = NOTHING;
    int travellers = 0;
    while (in.at() < end) {
      int start = in.at();
      int id = in.varint();
      Property property = Property.ofId(id);
      if (property == null) {
        throw PacketException.malformed("unknown property " + id);
      }
      if (!property.mayBeIn(packet)) {
        throw PacketException.violation(property + " does not belong into this packet");
      }
      Object value =
          switch (property.kind) {
            case BYTE -> (long) in.u8();
            case SHORT -> (long) in.u16();
            case INT -> in.u32();
            case VARINT -> (long) in.varint();
            case TEXT -> in.text();
            case BINARY -> in.binary();
            case PAIR -> {
              in.text();
              in.text();
              yield property;
            }
          };
      if (in.at() > end) {
        throw PacketException.malformed("a property is longer than its packet says");
      }
      if (values.put(property, value) != null && !property.repeats()) {
        throw PacketException.violation(property + " stands there twice");
      }
      check(property, value);
      if (property.travels()) {
        if (travellers == 0) {
          travelling = new byte[end - start];
        }
        in.copy(start, travelling, travellers);
        travellers += in.at() - start;
      }
    }
    return new Properties(
        values,
        travellers == travelling.length ? travelling : Arrays.copyOf(travelling, travellers));
  }

  private static void check(Property property, Object value) {
    if (!(value instanceof Long number)) {
      return;
    }
    boolean wrong =
        switch (property) {
          case PAYLOAD_FORMAT, REQUEST_PROBLEM_INFORMATION, REQUEST_RESPONSE_INFORMATION ->
              number > 1;
          case SUBSCRIPTION_ID, RECEIVE_MAXIMUM, MAXIMUM_PACKET_SIZE -> number == 0;
          default -> false;
        };
    if (wrong) {
      throw PacketException.violation(property + " must not be " + number);
    }
  }
}
