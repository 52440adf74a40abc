package dev.clasp.protocol;

import static dev.clasp.protocol.Shorthand.bundle;
import static dev.clasp.protocol.Shorthand.bytes;
import static dev.clasp.protocol.Shorthand.gesture;
import static dev.clasp.protocol.Shorthand.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.clasp.protocol.DecodeException.Kind;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class MessageViewTest {

  private final MessageView view = new MessageView();

  private MessageView wrap(String hex) {
    byte[] b = bytes(hex);
    return view.wrap(b, 0, b.length);
  }

  private void assertRefused(String hex, Kind kind) {
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> wrap(hex))
        .matches(e -> e.kind() == kind, kind.name());
  }

  @Test
  void showsASetInPlace() {
    wrap("21f700022f613fe0000000000000000000000000000980000708aabb");

    assertThat(view.type()).isEqualTo(MessageType.SET);
    assertThat(view.flags()).isEqualTo(0xF7);
    assertThat(view.addressOffset()).isEqualTo(4);
    assertThat(view.addressLength()).isEqualTo(2);
    assertThat(view.valueType()).isEqualTo(ValueLayout.F64);
    assertThat(view.valueOffset()).isEqualTo(6);
    assertThat(view.valueLength()).isEqualTo(8);
    assertThat(view.hasRevision()).isTrue();
    assertThat(view.revision()).isEqualTo(9);
    assertThat(view.lock()).isTrue();
    assertThat(view.unlock()).isTrue();
    assertThat(view.hasTtl()).isTrue();
    assertThat(view.ttlWord()).isEqualTo(0x8000_0708);
    assertThat(view.end()).as("without the two trailing bytes").isEqualTo(26);
    assertThat(view.length()).isEqualTo(28);
  }

  @Test
  void showsAPublishInPlace() {
    wrap("207900022f6701073fe00000000000000000000000000007000000030000003cff");

    assertThat(view.type()).isEqualTo(MessageType.PUBLISH);
    assertThat(view.signalCode()).isEqualTo(SignalType.GESTURE.code());
    assertThat(view.phaseCode()).isEqualTo(GesturePhase.MOVE.code());
    assertThat(view.contentIndicator()).isEqualTo(1);
    assertThat(view.contentOffset()).isEqualTo(7);
    assertThat(view.contentLength()).isEqualTo(9);
    assertThat(view.hasTimestamp()).isTrue();
    assertThat(view.timestamp()).isEqualTo(7);
    assertThat(view.hasId()).isTrue();
    assertThat(view.id()).isEqualTo(3);
    assertThat(view.hasRate()).isTrue();
    assertThat(view.rate()).isEqualTo(60);
    assertThat(view.end()).isEqualTo(32);
  }

  @Test
  void unknownSignalAndPhaseCodesReadAsEventAndStart() {
    wrap("20e700022f6100");

    assertThat(view.signalCode()).isEqualTo(SignalType.EVENT.code());
    assertThat(view.phaseCode()).isEqualTo(GesturePhase.START.code());
  }

  @Test
  void forgetsTheMessageBefore() {
    wrap("21f700022f613fe0000000000000000000000000000980000708");
    wrap("2200022f61");

    assertThat(view.flags()).isZero();
    assertThat(view.hasRevision()).isFalse();
    assertThat(view.lock()).isFalse();
    assertThat(view.hasTtl()).isFalse();

    wrap("41");

    assertThat(view.addressLength()).isZero();
    assertThat(view.end()).isEqualTo(1);
  }

  @Test
  void leavesTheAddressToItsCaller() {
    assertThatCode(() -> wrap("210000032ffffe")).doesNotThrowAnyException();
    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(view::validateAddress)
        .matches(e -> e.kind() == Kind.BAD_UTF8);
  }

  @Test
  void checksEverythingElse() {
    assertRefused("", Kind.TRUNCATED);
    assertRefused("210800022f610002c328", Kind.BAD_UTF8);
    assertRefused("210b00022f6100010001ff00", Kind.BAD_UTF8);
    assertRefused("210c00022f61", Kind.UNKNOWN_VALUE_TYPE);
    assertRefused("210000052f61", Kind.TRUNCATED);
    assertRefused("211000022f61000000", Kind.TRUNCATED);
    assertRefused("202000022f6103", Kind.MALFORMED_FIELD);
    assertRefused("202000022f6102000200000000000000", Kind.TRUNCATED);
    assertRefused("100000000100022fc3ff00", Kind.BAD_UTF8);
    assertRefused("100000000100022f61ff01", Kind.TRUNCATED);
    assertRefused("11000000", Kind.TRUNCATED);
    assertRefused("4003000000000000000100000000000000", Kind.TRUNCATED);
    assertRefused("3000ffff", Kind.TRUNCATED);
    assertRefused("300000010000", Kind.TRUNCATED);
    assertRefused("30000001000541", Kind.TRUNCATED);
    assertRefused("30800000", Kind.TRUNCATED);
  }

  @Test
  void onlyNamesTheTypesThatAreNotRouted() {
    assertThat(wrap("01ff").type()).isEqualTo(MessageType.HELLO);
    assertThat(wrap("7f00").type()).isEqualTo(0x7F);
    assertThat(view.end()).isEqualTo(2);
  }

  @Test
  void stepsThroughABundle() {
    byte[] payload =
        MessageCodec.encode(
            new Message.Bundle(
                List.of(
                    set("/a", 1),
                    gesture("/g", GesturePhase.END, 2, Value.NULL),
                    new Message.Ping()),
                OptionalLong.of(77)));
    MessageView member = new MessageView();
    view.wrap(payload, 0, payload.length);

    assertThat(view.bundleCount()).isEqualTo(3);
    assertThat(view.hasBundleTimestamp()).isTrue();
    assertThat(view.bundleTimestamp()).isEqualTo(77);
    int at = view.member(view.firstMember(), member);
    assertThat(member.type()).isEqualTo(MessageType.SET);
    assertThat(member.valueLength()).isEqualTo(8);
    at = view.member(at, member);
    assertThat(member.phaseCode()).isEqualTo(GesturePhase.END.code());
    at = view.member(at, member);
    assertThat(member.type()).isEqualTo(MessageType.PING);
    assertThat(at).isEqualTo(view.end()).isEqualTo(payload.length);
  }

  @Test
  void noMemberIsSoughtOutsideTheBundle() {
    byte[] payload = MessageCodec.encode(bundle(new Message.Ping()));
    MessageView member = new MessageView();
    view.wrap(payload, 0, payload.length);

    for (int at : new int[] {-1, 0, 3, payload.length - 1, payload.length, payload.length + 1}) {
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .as("at %s", at)
          .isThrownBy(() -> view.member(at, member));
    }
    assertThatIllegalArgumentException().isThrownBy(() -> view.member(view.firstMember(), view));
  }

  @Test
  void aMemberMayNotBeMessagePack() {
    wrap("30000001000b81a474797065a450494e47");

    assertThatExceptionOfType(DecodeException.class)
        .isThrownBy(() -> view.member(view.firstMember(), new MessageView()))
        .matches(e -> e.kind() == Kind.UNKNOWN_MESSAGE_TYPE);
  }

  @Test
  void aPublishInABundleReadsItsRateFromItsOwnSliceOnly() {
    byte[] payload =
        MessageCodec.encode(
            bundle(
                Shorthand.withRate(Shorthand.event("/a"), 60),
                Shorthand.event("/a"),
                set("/b", 1)));
    MessageView member = new MessageView();
    view.wrap(payload, 0, payload.length);

    int at = view.member(view.firstMember(), member);
    assertThat(member.hasRate()).isTrue();
    view.member(at, member);
    assertThat(member.hasRate()).isFalse();
  }

  @Test
  void aRangeOutsideTheArrayIsAMistakeOfTheCaller() {
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> view.wrap(new byte[3], 2, 2));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> MessageCodec.decode(new byte[3], 2, 2));
  }
}
