package dev.clasp.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.DecodeException.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What must hold for any bytes: shared by the random tests and the fuzz targets. */
final class CodecProperties {

  private CodecProperties() {}

  /** A message, or the kind of error. */
  private record Verdict(@Nullable Message message, @Nullable Kind kind) {}

  /**
   * The payload is a message or a declared error; a message survives encoding; the view agrees.
   *
   * @return whether it is a message
   */
  static boolean checkPayload(byte[] b, int offset, int length) {
    Verdict verdict = decode(b, offset, length);
    if (verdict.message() != null) {
      checkStable(verdict.message());
    }
    if (length == 0 || !MessageCodec.isMessagePack(b[offset])) {
      Kind view = view(b, offset, length, CodecLimits.DEFAULT.bundleDepth());
      if (view == null || verdict.kind() == null) {
        assertThat(view).as("view against %s", verdict).isEqualTo(verdict.kind());
      }
    }
    return verdict.message() != null;
  }

  /** The frame is a message or a declared error, and so says the assembler. */
  static void checkFrames(byte[] b) {
    List<byte[]> assembled = new ArrayList<>();
    Kind failure = null;
    FrameAssembler assembler = new FrameAssembler();
    try {
      for (int at = 0; at < b.length; at += 7) {
        int n = Math.min(7, b.length - at);
        assembler.accept(
            b,
            at,
            n,
            (buffer, offset, length) ->
                assembled.add(java.util.Arrays.copyOfRange(buffer, offset, offset + length)));
      }
    } catch (DecodeException e) {
      failure = e.kind();
    }
    int at = 0;
    for (byte[] frame : assembled) {
      int length = FrameDescriptor.frameLength(b, at, b.length - at);
      assertThat(frame).isEqualTo(java.util.Arrays.copyOfRange(b, at, at + length));
      checkFrame(b, at, b.length - at);
      at += length;
    }
    Kind next = null;
    try {
      FrameDescriptor.frameLength(b, at, b.length - at);
    } catch (DecodeException e) {
      next = e.kind();
    }
    // The assembler refuses a bad first byte before the header is complete.
    boolean early = b.length - at < FrameDescriptor.HEADER_LENGTH && failure == Kind.BAD_MAGIC;
    if (!early) {
      assertThat(next).isEqualTo(failure == null ? Kind.TRUNCATED : failure);
    }
    if (failure == null) {
      assertThat(assembler.held()).isEqualTo(b.length - at);
    }
  }

  private static void checkFrame(byte[] b, int offset, int available) {
    int length = FrameDescriptor.frameLength(b, offset, available);
    int start = FrameDescriptor.payloadStart(b[offset + 1]);
    checkPayload(b, offset + start, length - start);
    try {
      FrameCodec.Frame frame = FrameCodec.decode(b, offset, available);
      assertThat(frame.length()).isEqualTo(length);
    } catch (DecodeException e) {
      assertThat(decode(b, offset + start, length - start).kind()).isEqualTo(e.kind());
    }
  }

  /** Encoding is canonical: once encoded, the bytes stay the same. */
  private static void checkStable(Message message) {
    byte[] once;
    try {
      once = MessageCodec.encode(message);
    } catch (EncodeException e) {
      // Narrow numbers grow; MessagePack nests deeper and is denser than binary.
      return;
    }
    Message again = MessageCodec.decode(once, 0, once.length);
    assertThat(MessageCodec.encode(again)).isEqualTo(once);
  }

  private static Verdict decode(byte[] b, int offset, int length) {
    try {
      return new Verdict(MessageCodec.decode(b, offset, length), null);
    } catch (DecodeException e) {
      return new Verdict(null, e.kind());
    }
  }

  /** What the view says, members and address included; for types it only names, what we decode. */
  private static @Nullable Kind view(byte[] b, int offset, int length, int bundles) {
    MessageView view = new MessageView();
    try {
      view.wrap(b, offset, length);
      switch (view.type()) {
        case MessageType.SET, MessageType.PUBLISH, MessageType.GET -> {
          view.validateAddress();
          checkExtent(view);
        }
        case MessageType.SUBSCRIBE, MessageType.UNSUBSCRIBE, MessageType.SYNC, MessageType.PING ->
            checkExtent(view);
        case MessageType.BUNDLE -> {
          if (bundles == 0) {
            return Kind.LIMIT_EXCEEDED;
          }
          MessageView member = new MessageView();
          int at = view.firstMember();
          for (int i = 0; i < view.bundleCount(); i++) {
            at = view.member(at, member);
            Kind kind = view(b, member.offset(), member.length(), bundles - 1);
            if (kind != null) {
              return kind;
            }
          }
          assertThat(at).isEqualTo(view.end());
        }
        default -> MessageCodec.decode(b, offset, length);
      }
      return null;
    } catch (DecodeException e) {
      return e.kind();
    }
  }

  /** What the view shows is what the codec reads, and what it leaves out the codec ignores. */
  private static void checkExtent(MessageView view) {
    byte[] b = view.buffer();
    Message message = MessageCodec.decode(b, view.offset(), view.length());
    int meaningful = view.end() - view.offset();
    assertThat(meaningful).isBetween(1, view.length());
    assertThat(MessageCodec.decode(b, view.offset(), meaningful)).isEqualTo(message);
    switch (message) {
      case Message.SetValue m -> {
        assertThat(Utf8.read(b, view.addressOffset(), view.addressLength())).isEqualTo(m.address());
        int valueEnd = view.valueOffset() + view.valueLength();
        assertThat(ValueLayout.read(b, view.valueType(), view.valueOffset(), valueEnd))
            .isEqualTo(m.value());
        assertThat(view.hasRevision()).isEqualTo(m.revision().isPresent());
        m.revision().ifPresent(revision -> assertThat(view.revision()).isEqualTo(revision));
        assertThat(view.hasTtl()).isEqualTo(m.ttl().isPresent());
        m.ttl().ifPresent(ttl -> assertThat(Ttl.ofWord(view.ttlWord())).isEqualTo(ttl));
        assertThat(view.lock()).isEqualTo(m.lock());
        assertThat(view.unlock()).isEqualTo(m.unlock());
      }
      case Message.Publish m -> {
        assertThat(Utf8.read(b, view.addressOffset(), view.addressLength())).isEqualTo(m.address());
        assertThat(view.signalCode()).isEqualTo(m.signal().code());
        assertThat(view.phaseCode()).isEqualTo(m.phase().code());
        int contentEnd = view.contentOffset() + view.contentLength();
        int expectedIndicator =
            switch (m.content()) {
              case Message.Content.None _ -> 0;
              case Message.Content.Single(Value value) -> {
                int at = view.contentOffset();
                assertThat(ValueLayout.read(b, b[at] & 0xFF, at + 1, contentEnd)).isEqualTo(value);
                yield 1;
              }
              case Message.Content.Samples samples -> {
                assertThat(view.contentLength()).isEqualTo(2 + 8 * samples.count());
                yield 2;
              }
            };
        assertThat(view.contentIndicator()).isEqualTo(expectedIndicator);
        assertThat(view.hasTimestamp()).isEqualTo(m.timestampMicros().isPresent());
        m.timestampMicros().ifPresent(time -> assertThat(view.timestamp()).isEqualTo(time));
        assertThat(view.hasId()).isEqualTo(m.id().isPresent());
        m.id().ifPresent(id -> assertThat(view.id()).isEqualTo(id));
        assertThat(view.hasRate()).isEqualTo(m.rate().isPresent());
        m.rate().ifPresent(rate -> assertThat(view.rate()).isEqualTo(rate));
      }
      case Message.Get(String address) ->
          assertThat(Utf8.read(b, view.addressOffset(), view.addressLength())).isEqualTo(address);
      default -> assertThat(view.addressLength()).isZero();
    }
  }
}
