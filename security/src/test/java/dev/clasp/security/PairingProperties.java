package dev.clasp.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.security.PairingException.Kind;
import dev.clasp.security.PairingJson.Addressed;
import dev.clasp.security.PairingJson.Sealed;
import dev.clasp.security.PairingRound.First;
import dev.clasp.security.PairingRound.Second;
import dev.clasp.security.PairingRound.Third;
import java.util.function.Function;

/** What holds for any bytes that come as a message of pairing. */
final class PairingProperties {

  private PairingProperties() {}

  /** Everything is a message or malformed, and a message has one form only. */
  static void check(byte[] json) {
    oneForm(json, PairingJson::parseFirst, PairingJson::first);
    PairingProperties.<Addressed<First>>oneForm(
        json, PairingJson::parseFirstAnswer, m -> PairingJson.first(m.exchange(), m.round()));
    PairingProperties.<Addressed<Second>>oneForm(
        json, PairingJson::parseSecond, m -> PairingJson.second(m.exchange(), m.round()));
    oneForm(json, PairingJson::parseSecondAnswer, PairingJson::second);
    PairingProperties.<Addressed<Third>>oneForm(
        json, PairingJson::parseThird, m -> PairingJson.third(m.exchange(), m.round()));
    oneForm(json, PairingJson::parseContent, PairingJson::content);
    try {
      Sealed sealed = PairingJson.parseThirdAnswer(json);
      Sealed again = PairingJson.parseThirdAnswer(PairingJson.third(sealed));
      assertThat(again.third()).isEqualTo(sealed.third());
      assertThat(again.box()).isEqualTo(sealed.box());
    } catch (PairingException e) {
      assertThat(e.kind()).isEqualTo(Kind.MALFORMED);
    }
  }

  private static <M> void oneForm(
      byte[] json, Function<byte[], M> parse, Function<M, byte[]> write) {
    M message;
    try {
      message = parse.apply(json);
    } catch (PairingException e) {
      assertThat(e.kind()).isEqualTo(Kind.MALFORMED);
      assertThat(e.getMessage()).hasSizeLessThan(200);
      return;
    }
    byte[] written = write.apply(message);
    assertThat(parse.apply(written)).isEqualTo(message);
    assertThat(write.apply(parse.apply(written))).isEqualTo(written);
  }
}
