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
    Message message = decode(b, offset, length, CodecLimits.DEFAULT).message();
    if (length > 0 && MessageCodec.isMessagePack(b[offset])) {
      if (message != null) {
        checkLegacyRoundTrip(message);
      }
    } else {
      if (message != null) {
        checkRoundTrip(message);
      }
      checkView(b, offset, length, CodecLimits.DEFAULT, new MessageView());
    }
    if (message != null) {
      checkTimeline(message);
    }
    return message != null;
  }

  /**
   * The view accepts exactly what the codec accepts, and shows the same.
   *
   * @param view with the same limits; may have seen other messages
   */
  static void checkView(byte[] b, int offset, int length, CodecLimits limits, MessageView view) {
    Verdict verdict = decode(b, offset, length, limits);
    Kind kind = new ViewReader(limits).read(view, b, offset, length, limits.bundleDepth());
    if (kind == null || verdict.kind() == null) {
      assertThat(kind).as("view against %s", verdict).isEqualTo(verdict.kind());
    }
  }

  /** {@link ValueLayout#skip} accepts what {@code read} accepts, as long, with the same errors. */
  static void checkValue(byte[] b, int type, int offset, int limit, int depth) {
    Kind skipped = null;
    int end = -1;
    try {
      end = ValueLayout.skip(b, type, offset, limit, depth);
    } catch (DecodeException e) {
      skipped = e.kind();
    }
    ByteReader in = new ByteReader(b, offset, limit);
    try {
      ValueLayout.read(in, type, depth);
      assertThat(end).as("skip: %s", skipped).isEqualTo(in.offset());
    } catch (DecodeException e) {
      assertThat(skipped).isEqualTo(e.kind());
    }
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
      assertThat(decode(b, offset + start, length - start, CodecLimits.DEFAULT).kind())
          .isEqualTo(e.kind());
    }
  }

  /** A message that was read can be written, and reading that gives the same message. */
  private static void checkRoundTrip(Message message) {
    byte[] once;
    try {
      once = MessageCodec.encode(message);
    } catch (EncodeException e) {
      // Narrow numbers grow.
      return;
    }
    Message again = MessageCodec.decode(once, 0, once.length);
    assertThat(again).isEqualTo(message);
    assertThat(MessageCodec.encode(again)).isEqualTo(once);
  }

  /** The same in the legacy form; and what of it the binary form can carry stays the same too. */
  private static void checkLegacyRoundTrip(Message message) {
    try {
      byte[] once = MessagePackCodec.encode(message);
      Message again = MessageCodec.decode(once, 0, once.length);
      assertThat(again).isEqualTo(message);
      assertThat(MessagePackCodec.encode(again)).isEqualTo(once);
    } catch (EncodeException e) {
      // Floats of 32 bits and duplicate keys: another size.
      assertThat(e).hasMessageContaining("too large");
    }
    byte[] binary;
    try {
      binary = MessageCodec.encode(message);
    } catch (EncodeException e) {
      // This form is denser than the binary one.
      assertThat(e).hasMessageContaining("too large");
      return;
    }
    checkRoundTrip(MessageCodec.decode(binary, 0, binary.length));
  }

  /** A value in a PUBLISH is a timeline that can be played and written, or a declared error. */
  private static void checkTimeline(Message message) {
    if (message instanceof Message.Publish publish
        && publish.content() instanceof Message.Content.Single(Value value)) {
      Timeline timeline;
      try {
        timeline = Timeline.ofValue(value);
      } catch (TimelineException e) {
        assertThat(e.getMessage()).isNotEmpty();
        return;
      }
      assertThat(Timeline.ofValue(timeline.toValue())).isEqualTo(timeline);
      long length = timeline.lengthMicros();
      for (long position : new long[] {Long.MIN_VALUE, 0, length / 3, length - 1, length}) {
        assertThat(timeline.at(position).value()).isNotNull();
      }
      assertThat(timeline.at(Long.MAX_VALUE).finished()).isEqualTo(!timeline.loop() || length == 0);
    }
  }

  private static Verdict decode(byte[] b, int offset, int length, CodecLimits limits) {
    try {
      return new Verdict(MessageCodec.decode(b, offset, length, limits), null);
    } catch (DecodeException e) {
      return new Verdict(null, e.kind());
    }
  }
}
