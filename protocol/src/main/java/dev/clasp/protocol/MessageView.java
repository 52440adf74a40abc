package dev.clasp.protocol;

import java.util.Objects;

/**
 * A message seen in place: positions instead of objects, for routing. Reusable and mutable; one per
 * event loop; allocates nothing.
 *
 * <p>{@link #wrap} checks SET, PUBLISH, GET, SUBSCRIBE, UNSUBSCRIBE, SYNC and PING completely
 * (value extents, counts, nesting, UTF-8), and of a BUNDLE its header and the extent of each
 * member, with one exception: the address of SET, PUBLISH and GET is only checked for its length. A
 * router looks the bytes up among addresses that it validated before; {@link #validateAddress} is
 * for those it does not find. With that call the view accepts what {@link MessageCodec} accepts.
 *
 * <p>Other types, known or not, are only named: decode them with {@link MessageCodec}, which also
 * refuses the unknown ones.
 *
 * <p>An accessor of another message type than the one at hand returns 0 or nonsense. After a {@link
 * #wrap} that threw, so does every accessor.
 */
public final class MessageView {

  private static final byte[] NOTHING = {};

  private final int maxDepth;

  private byte[] b = NOTHING;
  private int offset;
  private int length;
  private int end;
  private int type;
  private int flags;
  private int addressOffset;
  private int addressLength;

  /** Of SET the type of the value, of PUBLISH the indicator. */
  private int contentCode;

  private int contentOffset;
  private int contentLength;
  private long revision;
  private int ttlWord;
  private long timestamp;
  private int id;
  private boolean hasRate;
  private int rate;
  private int members;

  /** A view with the default nesting limit. */
  public MessageView() {
    this(CodecLimits.DEFAULT);
  }

  public MessageView(CodecLimits limits) {
    this.maxDepth = limits.valueDepth();
  }

  /**
   * Looks at a compact binary payload. The view is valid while the bytes are.
   *
   * @return this
   * @throws DecodeException whatever is wrong with the bytes
   */
  public MessageView wrap(byte[] buffer, int payloadOffset, int payloadLength) {
    Objects.checkFromIndexSize(payloadOffset, payloadLength, buffer.length);
    b = buffer;
    offset = payloadOffset;
    length = payloadLength;
    int limit = payloadOffset + payloadLength;
    int at = require(offset, 1, limit);
    type = b[offset] & 0xFF;
    flags = 0;
    addressOffset = at;
    addressLength = 0;
    end =
        switch (type) {
          case MessageType.SET -> wrapSet(at, limit);
          case MessageType.PUBLISH -> wrapPublish(at, limit);
          case MessageType.GET -> wrapAddress(at, limit);
          case MessageType.SUBSCRIBE -> checkSubscribe(at, limit);
          case MessageType.UNSUBSCRIBE -> require(at, 4, limit);
          case MessageType.BUNDLE -> wrapBundle(at, limit);
          case MessageType.SYNC -> checkSync(at, limit);
          case MessageType.PING -> at;
          default -> limit;
        };
    return this;
  }

  private int wrapSet(int start, int limit) {
    int at = readFlags(start, limit);
    contentOffset = wrapAddress(at, limit);
    contentCode = flags & 0x0F;
    at = ValueLayout.skip(b, contentCode, contentOffset, limit, maxDepth);
    contentLength = at - contentOffset;
    if (hasRevision()) {
      require(at, 8, limit);
      revision = Bytes.i64(b, at);
      at += 8;
    }
    if (hasTtl()) {
      require(at, 4, limit);
      ttlWord = Bytes.i32(b, at);
      at += 4;
    }
    return at;
  }

  private int wrapPublish(int start, int limit) {
    int at = readFlags(start, limit);
    at = wrapAddress(at, limit);
    contentOffset = require(at, 1, limit);
    contentCode = b[at] & 0xFF;
    at =
        switch (contentCode) {
          case 0 -> contentOffset;
          case 1 -> {
            int data = require(contentOffset, 1, limit);
            yield ValueLayout.skip(b, b[contentOffset] & 0xFF, data, limit, maxDepth);
          }
          case 2 -> {
            int data = require(contentOffset, 2, limit);
            yield require(data, 8 * Bytes.u16(b, contentOffset), limit);
          }
          default -> throw MessageReader.badIndicator(contentCode);
        };
    contentLength = at - contentOffset;
    if (hasTimestamp()) {
      require(at, 8, limit);
      timestamp = Bytes.i64(b, at);
      at += 8;
    }
    if (hasId()) {
      require(at, 4, limit);
      id = Bytes.i32(b, at);
      at += 4;
    }
    // It has no flag: it is there when four bytes are (wire.md 5.8).
    hasRate = limit - at >= 4;
    if (hasRate) {
      rate = Bytes.i32(b, at);
      at += 4;
    }
    return at;
  }

  private int wrapBundle(int start, int limit) {
    int at = readFlags(start, limit);
    int afterCount = require(at, 2, limit);
    members = Bytes.u16(b, at);
    require(afterCount, 3 * members, limit);
    at = afterCount;
    if (hasBundleTimestamp()) {
      require(at, 8, limit);
      timestamp = Bytes.i64(b, at);
      at += 8;
    }
    contentOffset = at;
    for (int i = 0; i < members; i++) {
      int member = require(at, 2, limit);
      int size = Bytes.u16(b, at);
      at = require(member, size, limit);
      if (size == 0) {
        throw DecodeException.truncated(1, 0);
      }
    }
    contentLength = at - contentOffset;
    return at;
  }

  private int checkSubscribe(int start, int limit) {
    int at = require(start, 4, limit);
    int pattern = require(at, 2, limit);
    int patternLength = Bytes.u16(b, at);
    at = require(pattern, patternLength, limit);
    Utf8.validate(b, pattern, patternLength);
    require(at, 2, limit);
    int options = b[at + 1];
    int size =
        ((options & 0x01) != 0 ? 4 : 0)
            + ((options & 0x02) != 0 ? 8 : 0)
            + ((options & 0x04) != 0 ? 4 : 0)
            + ((options & 0x08) != 0 ? 4 : 0);
    return require(at + 2, size, limit);
  }

  private int checkSync(int start, int limit) {
    int at = readFlags(start, limit);
    int times = 1 + (flags & 0x01) + (flags >> 1 & 0x01);
    return require(at, 8 * times, limit);
  }

  private int readFlags(int at, int limit) {
    int after = require(at, 1, limit);
    flags = b[at] & 0xFF;
    return after;
  }

  private int wrapAddress(int at, int limit) {
    addressOffset = require(at, 2, limit);
    addressLength = Bytes.u16(b, at);
    return require(addressOffset, addressLength, limit);
  }

  private static int require(int at, int n, int limit) {
    if (n > limit - at) {
      throw DecodeException.truncated(n, limit - at);
    }
    return at + n;
  }

  // --- every message -----------------------------------------------------------------------------

  /** Message type code, 0 to 255; see {@link MessageType}. */
  public int type() {
    return type;
  }

  /** The flags byte (payload byte 1) of SET, PUBLISH, BUNDLE and SYNC; 0 for other types. */
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

  /**
   * End of the meaningful body: what follows up to the payload's end is to be ignored. Of types
   * that are only named, the payload's end.
   */
  public int end() {
    return end;
  }

  // --- SET, PUBLISH, GET -------------------------------------------------------------------------

  public int addressOffset() {
    return addressOffset;
  }

  /** In bytes; 0 for messages without address. */
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

  /** Type code of the value; see {@link ValueLayout}. */
  public int valueType() {
    return contentCode;
  }

  /** Where the value data is, type code not included. */
  public int valueOffset() {
    return contentOffset;
  }

  public int valueLength() {
    return contentLength;
  }

  public boolean hasRevision() {
    return (flags & 0x80) != 0;
  }

  /** The expected revision, unsigned, if {@link #hasRevision}. */
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
    return (flags & 0x10) != 0;
  }

  /** See {@link Ttl#ofWord}, if {@link #hasTtl}. */
  public int ttlWord() {
    return ttlWord;
  }

  // --- PUBLISH -----------------------------------------------------------------------------------

  /** Code of the {@link SignalType}, 0 to 4; unknown codes read as event. */
  public int signalCode() {
    return SignalType.ofCode(flags >> 5).code();
  }

  /** Code of the {@link GesturePhase}, 0 to 3; unknown codes read as start. */
  public int phaseCode() {
    return GesturePhase.ofCode(flags & 0x07).code();
  }

  /** What the content is: 0 nothing, 1 a tagged value, 2 samples. */
  public int contentIndicator() {
    return contentCode;
  }

  /** Where the content is: the tagged value, or the 16-bit count in front of the samples. */
  public int contentOffset() {
    return contentOffset;
  }

  public int contentLength() {
    return contentLength;
  }

  public boolean hasTimestamp() {
    return (flags & 0x10) != 0;
  }

  /** Unix microseconds, unsigned, if {@link #hasTimestamp}. */
  public long timestamp() {
    return timestamp;
  }

  public boolean hasId() {
    return (flags & 0x08) != 0;
  }

  /** Gesture contact, unsigned, if {@link #hasId}. */
  public int id() {
    return id;
  }

  public boolean hasRate() {
    return hasRate;
  }

  /** Samples per second, unsigned, if {@link #hasRate}. */
  public int rate() {
    return rate;
  }

  // --- BUNDLE ------------------------------------------------------------------------------------

  /** How many members there are, 0 to 65,535. */
  public int bundleCount() {
    return members;
  }

  public boolean hasBundleTimestamp() {
    return (flags & 0x80) != 0;
  }

  /** Unix microseconds, unsigned, if {@link #hasBundleTimestamp}. */
  public long bundleTimestamp() {
    return timestamp;
  }

  /** Where the first member is, for {@link #member}. */
  public int firstMember() {
    return contentOffset;
  }

  /**
   * Looks at a member of this bundle through another view. A member is compact binary; a bundle
   * inside a bundle is up to the caller, who has to bound the nesting.
   *
   * @param at {@link #firstMember}, or what the call for the member before returned
   * @return where the next member is
   * @throws DecodeException whatever is wrong with the member
   * @throws IndexOutOfBoundsException there is no member at this place
   */
  public int member(int at, MessageView member) {
    if (member == this) {
      throw new IllegalArgumentException("a bundle cannot be its own member");
    }
    Objects.checkFromToIndex(contentOffset, at, end);
    Objects.checkFromIndexSize(at, 3, end);
    int size = Bytes.u16(b, at);
    Objects.checkFromIndexSize(at + 2, size, end);
    if (MessageCodec.isMessagePack(b[at + 2])) {
      throw MessageReader.unknownType(b[at + 2] & 0xFF);
    }
    member.wrap(b, at + 2, size);
    return at + 2 + size;
  }
}
