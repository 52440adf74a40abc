package dev.clasp.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.clasp.protocol.DecodeException.Kind;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8Test {

  private final CharsetDecoder strict = StandardCharsets.UTF_8.newDecoder();

  /** What the JDK's reporting decoder says; it is the judge here. */
  private boolean wellFormed(byte[] b, int offset, int length) {
    try {
      strict.decode(ByteBuffer.wrap(b, offset, length));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private void check(byte[] b, int offset, int length) {
    if (wellFormed(b, offset, length)) {
      Utf8.validate(b, offset, length);
      assertThat(Utf8.read(b, offset, length))
          .isEqualTo(new String(b, offset, length, StandardCharsets.UTF_8));
    } else {
      assertThatExceptionOfType(DecodeException.class)
          .as("%s", Shorthand.hex(Arrays.copyOfRange(b, offset, offset + length)))
          .isThrownBy(() -> Utf8.validate(b, offset, length))
          .matches(e -> e.kind() == Kind.BAD_UTF8);
      assertThatExceptionOfType(DecodeException.class)
          .isThrownBy(() -> Utf8.read(b, offset, length));
    }
  }

  @Test
  void agreesWithTheJdkOnEverySequenceOfUpToTwoBytes() {
    byte[] b = new byte[2];
    for (int i = 0; i < 1 << 16; i++) {
      b[0] = (byte) (i >> 8);
      b[1] = (byte) i;
      assertSame(b, 2);
      assertSame(b, 1);
    }
  }

  /** Every lead and every second byte, in front of bytes at the edges of what may follow. */
  @Test
  void agreesWithTheJdkOnSequencesOfThreeAndFourBytes() {
    int[] edges = {0x00, 0x7F, 0x80, 0xBF, 0xC0, 0xFF};
    byte[] b = new byte[4];
    for (int lead = 0xC0; lead <= 0xFF; lead++) {
      for (int second = 0; second <= 0xFF; second++) {
        for (int third : edges) {
          b[0] = (byte) lead;
          b[1] = (byte) second;
          b[2] = (byte) third;
          assertSame(b, 3);
          for (int fourth : edges) {
            b[3] = (byte) fourth;
            assertSame(b, 4);
          }
        }
      }
    }
  }

  /** Like {@link #check}, without the cost of assertions on millions of cases. */
  private void assertSame(byte[] b, int length) {
    boolean accepted;
    try {
      Utf8.validate(b, 0, length);
      accepted = true;
    } catch (DecodeException e) {
      accepted = false;
    }
    if (accepted != wellFormed(b, 0, length)) {
      assertThat(accepted).as("%s", Shorthand.hex(Arrays.copyOf(b, length))).isEqualTo(!accepted);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void agreesWithTheJdkOnTextWithDamage(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(24); n > 0; n--) {
        text.appendCodePoint(
            switch (random.nextInt(6)) {
              case 0 -> 0x80 + random.nextInt(0x780);
              case 1 -> 0x800 + random.nextInt(0xD000);
              case 2 -> 0x1_0000 + random.nextInt(0x10_0000);
              default -> random.nextInt(0x80);
            });
      }
      byte[] utf8 = text.toString().getBytes(StandardCharsets.UTF_8);
      byte[] around = new byte[utf8.length + 16];
      Arrays.fill(around, (byte) 0x80);
      System.arraycopy(utf8, 0, around, 8, utf8.length);
      if (utf8.length > 0 && random.nextBoolean()) {
        around[8 + random.nextInt(utf8.length)] = (byte) random.nextInt();
      }
      check(around, 8, random.nextInt(utf8.length + 1));
      check(around, 8, utf8.length);
    }
  }

  @Test
  void findsTheOneBadByteAtEveryPlaceOfALongText() {
    for (int length = 1; length < 40; length++) {
      byte[] b = new byte[length];
      Arrays.fill(b, (byte) 'a');
      assertThatCode(() -> Utf8.validate(b, 0, b.length)).doesNotThrowAnyException();
      for (int at = 0; at < length; at++) {
        b[at] = (byte) 0xFF;
        check(b, 0, length);
        b[at] = 'a';
      }
    }
  }

  @Test
  void everyCharacterHasTheLengthThatTheJdkGivesIt() {
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) {
        String text = Character.toString(c);
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (Utf8.encodedLength(text) != utf8.length
            || !Utf8.read(utf8, 0, utf8.length).equals(text)) {
          assertThat(Utf8.encodedLength(text)).as("U+%04X", c).isEqualTo(utf8.length);
          assertThat(Utf8.read(utf8, 0, utf8.length)).isEqualTo(text);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\ud800", "\udfff", "ab\ud83d", "\udc00\ud800", "\ud800\ud800\udc00"})
  void unpairedSurrogatesHaveNoEncoding(String text) {
    assertThatExceptionOfType(EncodeException.class).isThrownBy(() -> Utf8.encodedLength(text));
    assertThatExceptionOfType(EncodeException.class).isThrownBy(() -> Utf8.encode(text));
  }

  @Test
  void encodesWhatHasAnEncoding() {
    assertThat(Utf8.encode("/pan \u00e9 \u20ac \ud83d\ude00 \ufeff \u0000"))
        .isEqualTo(
            "/pan \u00e9 \u20ac \ud83d\ude00 \ufeff \u0000".getBytes(StandardCharsets.UTF_8));
  }
}
