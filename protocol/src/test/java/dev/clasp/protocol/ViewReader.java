package dev.clasp.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.DecodeException.Kind;
import org.jspecify.annotations.Nullable;

/** Looks at everything that a view shows, and compares it with what the codec reads. */
final class ViewReader {

  private final CodecLimits limits;

  ViewReader(CodecLimits limits) {
    this.limits = limits;
  }

  /** What the view says, members and address included; for types it only names, what we decode. */
  @Nullable Kind read(MessageView view, byte[] b, int offset, int length, int bundles) {
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
          MessageView member = new MessageView(limits);
          // Reused for all members, as a router does.
          MessageView inner = new MessageView(limits);
          int at = view.firstMember();
          for (int i = 0; i < view.bundleCount(); i++) {
            at = view.member(at, member);
            Kind kind = read(inner, b, member.offset(), member.length(), bundles - 1);
            if (kind != null) {
              return kind;
            }
          }
          assertThat(at).isEqualTo(view.end());
        }
        default -> MessageCodec.decode(b, offset, length, limits);
      }
      return null;
    } catch (DecodeException e) {
      return e.kind();
    }
  }

  /** What the view shows is what the codec reads, and what it leaves out the codec ignores. */
  private void checkExtent(MessageView view) {
    byte[] b = view.buffer();
    Message message = MessageCodec.decode(b, view.offset(), view.length(), limits);
    int meaningful = view.end() - view.offset();
    assertThat(meaningful).isBetween(1, view.length());
    assertThat(MessageCodec.decode(b, view.offset(), meaningful, limits)).isEqualTo(message);
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
