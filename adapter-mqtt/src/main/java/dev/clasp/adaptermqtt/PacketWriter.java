package dev.clasp.adaptermqtt;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Writes the packets of a server (MQTT 3.1.1 and 5.0, chapter 3). */
final class PacketWriter {

  /** Largest number of one to four bytes. */
  static final int MAX_VARINT = 268_435_455;

  private PacketWriter() {}

  static int varintLength(int value) {
    return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : 4;
  }

  static void varint(ByteBuf out, int value) {
    int left = value;
    while (left > 0x7F) {
      out.writeByte(left & 0x7F | 0x80);
      left >>>= 7;
    }
    out.writeByte(left);
  }

  static void text(ByteBuf out, String text) {
    byte[] b = text.getBytes(StandardCharsets.UTF_8);
    out.writeShort(b.length);
    out.writeBytes(b);
  }

  /**
   * The answer to CONNECT.
   *
   * @param properties as {@link #number} and {@link #string} write them; left out below 5.0
   */
  static void connack(ByteBuf out, Level level, boolean present, int code, ByteBuf properties) {
    int length = properties.readableBytes();
    boolean five = level == Level.V5;
    out.writeByte(PacketType.CONNACK << 4);
    varint(out, 2 + (five ? varintLength(length) + length : 0));
    out.writeByte(present ? 1 : 0);
    out.writeByte(code);
    if (five) {
      varint(out, length);
      out.writeBytes(properties);
    }
  }

  static void number(ByteBuf out, Property property, long value) {
    out.writeByte(property.id);
    switch (property.kind) {
      case BYTE -> out.writeByte((int) value);
      case SHORT -> out.writeShort((int) value);
      case INT -> out.writeInt((int) value);
      case VARINT -> varint(out, (int) value);
      case TEXT, BINARY, PAIR -> throw new IllegalArgumentException(property + " is no number");
    }
  }

  static void string(ByteBuf out, Property property, String value) {
    out.writeByte(property.id);
    text(out, value);
  }

  /**
   * PUBACK, PUBREC, PUBREL, PUBCOMP.
   *
   * @param reason left out below 5.0
   */
  static void acknowledgement(ByteBuf out, Level level, int type, int id, int reason) {
    out.writeByte(type << 4 | (type == PacketType.PUBREL ? 2 : 0));
    boolean said = level == Level.V5 && reason != Reason.SUCCESS;
    out.writeByte(said ? 3 : 2);
    out.writeShort(id);
    if (said) {
      out.writeByte(reason);
    }
  }

  /** SUBACK, or UNSUBACK with reasons. */
  static void answers(ByteBuf out, Level level, int type, int id, List<Integer> reasons) {
    boolean five = level == Level.V5;
    out.writeByte(type << 4);
    varint(out, 2 + (five ? 1 : 0) + reasons.size());
    out.writeShort(id);
    if (five) {
      out.writeByte(0);
    }
    reasons.forEach(out::writeByte);
  }

  static void pong(ByteBuf out) {
    out.writeByte(PacketType.PINGRESP << 4);
    out.writeByte(0);
  }

  /** For clients of 5.0 only. */
  static void disconnect(ByteBuf out, int reason, Optional<String> why) {
    byte[] text = why.orElse("").getBytes(StandardCharsets.UTF_8);
    int properties = text.length == 0 ? 0 : 3 + text.length;
    out.writeByte(PacketType.DISCONNECT << 4);
    varint(out, 1 + varintLength(properties) + properties);
    out.writeByte(reason);
    varint(out, properties);
    if (properties > 0) {
      out.writeByte(Property.REASON_STRING.id);
      out.writeShort(text.length);
      out.writeBytes(text);
    }
  }
}
