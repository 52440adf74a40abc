package dev.clasp.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.clasp.bridge.CborValues;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Bodies from outside: read or refused, and what was read can be written and read again. */
final class CodecsFuzzTest {

  static Stream<byte[]> seeds() {
    return Stream.of(
            "",
            "f6",
            "a1616183010203",
            "9f0102ff",
            "bf6161f97c00ff",
            "5f4101ff",
            "c11a514b67b0",
            "1bffffffffffffffff",
            "83c0c3cb3ff199999999999a",
            "81a16191c403010203",
            "dd7fffffff",
            "c9000000030501ffee",
            "cfffffffffffffffff")
        .map(HexFormat.of()::parseHex);
  }

  @MethodSource("seeds")
  @FuzzTest
  void cbor(byte[] bytes) {
    CborValues.read(bytes)
        .ifPresent(value -> assertThat(CborValues.read(CborValues.write(value))).contains(value));
  }

  @MethodSource("seeds")
  @FuzzTest
  void messagePack(byte[] bytes) {
    MessagePack.read(bytes)
        .ifPresent(value -> assertThat(MessagePack.read(MessagePack.write(value))).contains(value));
  }
}
