package dev.clasp.protocol;

import java.util.Objects;

/**
 * A message seen in place: positions instead of objects, for routing. Reusable and mutable; one
 * thread.
 *
 * <p>{@link #wrap} checks SET, PUBLISH, GET, BUNDLE and PING completely (value extents, counts,
 * nesting, UTF-8 of values) with one exception: the address of SET, PUBLISH and GET is only checked
 * for its length. A router looks the bytes up among addresses that it validated before; {@link
 * #validateAddress} is for those it does not find. Other types are only named; decode them with
 * {@link MessageCodec}.
 */
public final class MessageView {

  private static final byte[] NOTHING = {};

  private byte[] b = NOTHING;
  private int offset;
  private int length;
  private int type;
  private int flags;
  private int addressOffset;
  private int addressLength;
  private int contentOffset;
  private int contentLength;
  private int contentType;
  private long revision;
  private int ttlWord;
  private boolean hasTtl;
  private int end;
  private int members;
  private long timestamp;

  /**
   * Looks at a payload. The view is valid while the bytes are.
   *
   * @return this
   * @throws DecodeException whatever is wrong with the bytes
   */
  public MessageView wrap(byte[] buffer, int payloadOffset, int payloadLength) {
    b = buffer;
    offset = payloadOffset;
    length = payloadLength;
    int limit = payloadOffset + payloadLength;
    require(offset, 1, limit);
    type = b[offset] & 0xFF;
    end = limit;
    switch (type) {
      case MessageType.SET -> wrapSet(limit);
      case MessageType.PUBLISH -> wrapPublish(limit);
      case MessageType.GET -> wrapAddress(offset + 1, limit);
      case MessageType.BUNDLE -> wrapBundle(limit);
      default -> {}
    }
    return this;
  }

  private void wrapSet(int limit) {
    require(offset + 1, 1, limit);
    flags = b[offset + 1] & 0xFF;
    contentOffset = wrapAddress(offset + 2, limit);
    contentType = flags & 0x0F;
    int at =
        ValueLayout.skip(b, contentType, contentOffset, limit, CodecLimits.DEFAULT.valueDepth());
    contentLength = at - contentOffset;
    if ((flags & 0x80) != 0) {
      require(at, 8, limit);
      revision = Bytes.i64(b, at);
      at += 8;
    }
    hasTtl = (flags & 0x10) != 0 && limit - at >= 4;
    if (hasTtl) {
      ttlWord = Bytes.i32(b, at);
      at += 4;
    }
    end = at;
  }

  private void wrapPublish(int limit) {
    require(offset + 1, 1, limit);
    flags = b[offset + 1] & 0xFF;
    int at = wrapAddress(offset + 2, limit);
    require(at, 1, limit);
    int indicator = b[at++] & 0xFF;
    contentOffset = at;
    switch (indicator) {
      case 0 -> {}
      case 1 -> {
        require(at, 1, limit);
        at = ValueLayout.skip(b, b[at] & 0xFF, at + 1, limit, CodecLimits.DEFAULT.valueDepth());
      }
      case 2 -> {
        require(at, 2, limit);
        int bytes = 8 * Bytes.u16(b, at);
        require(at + 2, bytes, limit);
        at += 2 + bytes;
      }
      default -> throw MessageCodec.badIndicator(indicator);
    }
    contentLength = at - contentOffset;
    if ((flags & 0x10) != 0) {
      require(at, 8, limit);
      timestamp = Bytes.i64(b, at);
      at += 8;
    }
    if ((flags & 0x08) != 0) {
      require(at, 4, limit);
      at += 4;
    }
    if (limit - at >= 4) {
      at += 4;
    }
    end = at;
  }

  private void wrapBundle(int limit) {
    require(offset + 1, 1, limit);
    flags = b[offset + 1] & 0xFF;
    require(offset + 2, 2, limit);
    members = Bytes.u16(b, offset + 2);
    require(offset + 4, 3 * members, limit);
    int at = offset + 4;
    if (hasBundleTimestamp()) {
      require(at, 8, limit);
      timestamp = Bytes.i64(b, at);
      at += 8;
    }
    contentOffset = at;
    for (int i = 0; i < members; i++) {
      require(at, 2, limit);
      int size = Bytes.u16(b, at);
      require(at + 2, size, limit);
      if (size == 0) {
        throw DecodeException.truncated(1, 0);
      }
      at += 2 + size;
    }
    end = at;
  }

  private int wrapAddress(int at, int limit) {
    require(at, 2, limit);
    addressOffset = at + 2;
    addressLength = Bytes.u16(b, at);
    require(addressOffset, addressLength, limit);
    return addressOffset + addressLength;
  }

  /** Message type code. */
  public int type() {
    return type;
  }

  /** The message's flags byte (payload byte 1) of SET, PUBLISH and BUNDLE. */
  public int flags() {
    return flags;
  }

  public byte[] buffer() {
    return b;
  }

  /** Start of the payload. */
  public int offset() {
    return offset;
  }

  /** Length of the payload, trailing bytes included. */
  public int length() {
    return length;
  }

  /** End of the meaningful body; what follows is to be ignored. */
  public int end() {
    return end;
  }

  public int addressOffset() {
    return addressOffset;
  }

  public int addressLength() {
    return addressLength;
  }

  /**
   * Checks what {@link #wrap} leaves out.
   *
   * @throws DecodeException the address is not UTF-8
   */
  public void validateAddress() {
    Utf8.validate(b, addressOffset, addressLength);
  }

  // --- SET ---------------------------------------------------------------------------------------

  public int valueType() {
    return contentType;
  }

  public int valueOffset() {
    return contentOffset;
  }

  public int valueLength() {
    return contentLength;
  }

  public boolean hasRevision() {
    return (flags & 0x80) != 0;
  }

  /** The expected revision, if {@link #hasRevision}. */
  public long revision() {
    return revision;
  }

  public boolean lock() {
    return (flags & 0x40) != 0;
  }

  public boolean unlock() {
    return (flags & 0x20) != 0;
  }

  public boolean hasTtl() {
    return hasTtl;
  }

  /** See {@link Ttl#ofWord}. */
  public int ttlWord() {
    return ttlWord;
  }

  // --- PUBLISH -----------------------------------------------------------------------------------

  /** Raw code, 0 to 7; see {@link SignalType#ofCode}. */
  public int signalCode() {
    return flags >> 5;
  }

  /** Raw code, 0 to 7; see {@link GesturePhase#ofCode}. */
  public int phaseCode() {
    return flags & 0x07;
  }

  public int contentOffset() {
    return contentOffset;
  }

  public int contentLength() {
    return contentLength;
  }

  public boolean hasTimestamp() {
    return (flags & 0x10) != 0;
  }

  /** Unix microseconds, if {@link #hasTimestamp}. */
  public long timestamp() {
    return timestamp;
  }

  // --- BUNDLE ------------------------------------------------------------------------------------

  public int bundleCount() {
    return members;
  }

  public boolean hasBundleTimestamp() {
    return (flags & 0x80) != 0;
  }

  /** Unix microseconds, if {@link #hasBundleTimestamp}. */
  public long bundleTimestamp() {
    return timestamp;
  }

  /** Where the first member is, for {@link #member}. */
  public int firstMember() {
    return contentOffset;
  }

  /**
   * Looks at a member of this bundle through another view.
   *
   * @param at {@link #firstMember}, or what the call for the member before returned
   * @return where the next member is
   * @throws DecodeException whatever is wrong with the member
   */
  public int member(int at, MessageView member) {
    if (member == this) {
      throw new IllegalArgumentException("a bundle cannot be its own member");
    }
    Objects.checkFromIndexSize(at, 2, end);
    int size = Bytes.u16(b, at);
    if (MessageCodec.isMessagePack(b[at + 2])) {
      throw MessageCodec.unknownType(b[at + 2] & 0xFF);
    }
    member.wrap(b, at + 2, size);
    return at + 2 + size;
  }

  private static void require(int at, int n, int limit) {
    if (n > limit - at) {
      throw DecodeException.truncated(n, limit - at);
    }
  }
}
