package dev.clasp.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.CborValues;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** CBOR by the examples of RFC 8949 appendix A, MessagePack by its specification. */
final class CodecsTest {

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  private static void cbor(String hex, Value value) {
    assertThat(CborValues.read(hex(hex))).as(hex).contains(value);
  }

  private static void pack(String hex, Value value) {
    assertThat(MessagePack.read(hex(hex))).as(hex).contains(value);
  }

  @Test
  void readsTheExamplesOfCbor() {
    cbor("00", Value.of(0L));
    cbor("1818", Value.of(24L));
    cbor("1903e8", Value.of(1000L));
    cbor("1a000f4240", Value.of(1_000_000L));
    cbor("1b000000e8d4a51000", Value.of(1_000_000_000_000L));
    cbor("1bffffffffffffffff", Value.of(18446744073709551615.0));
    cbor("c249010000000000000000", Value.of(18446744073709551616.0));
    cbor("20", Value.of(-1L));
    cbor("3903e7", Value.of(-1000L));
    cbor("3b7fffffffffffffff", Value.of(Long.MIN_VALUE));
    cbor("f90000", Value.of(0.0));
    cbor("f93c00", Value.of(1.0));
    cbor("fb3ff199999999999a", Value.of(1.1));
    cbor("f97bff", Value.of(65504.0));
    cbor("fa47c35000", Value.of(100000.0));
    cbor("f97c00", Value.of(Double.POSITIVE_INFINITY));
    cbor("f4", Value.FALSE);
    cbor("f6", Value.NULL);
    cbor("f7", Value.NULL);
    cbor("c074323031332d30332d32315432303a30343a30305a", Value.of("2013-03-21T20:04:00Z"));
    cbor("4401020304", Value.of(hex("01020304")));
    cbor("62c3bc", Value.of("ü"));
    cbor("83010203", Value.of(List.of(Value.of(1L), Value.of(2L), Value.of(3L))));
    cbor("9f010203ff", Value.of(List.of(Value.of(1L), Value.of(2L), Value.of(3L))));
    cbor("a1616101", Value.of(Map.of("a", Value.of(1L))));
    cbor("a10101", Value.of(Map.of("1", Value.of(1L))));
    cbor("bf616101ff", Value.of(Map.of("a", Value.of(1L))));
    cbor("5f42010243030405ff", Value.of(hex("0102030405")));
    cbor("7f657374726561646d696e67ff", Value.of("streaming"));
  }

  @Test
  void readsTheExamplesOfMessagePack() {
    pack("7f", Value.of(127L));
    pack("e0", Value.of(-32L));
    pack("ccff", Value.of(255L));
    pack("cdffff", Value.of(65535L));
    pack("ceffffffff", Value.of(4294967295L));
    pack("cfffffffffffffffff", Value.of(18446744073709551615.0));
    pack("d080", Value.of(-128L));
    pack("d18000", Value.of(-32768L));
    pack("d280000000", Value.of(-2147483648L));
    pack("d38000000000000000", Value.of(Long.MIN_VALUE));
    pack("ca3f800000", Value.of(1.0));
    pack("cb3ff199999999999a", Value.of(1.1));
    pack("a3616263", Value.of("abc"));
    pack("d903616263", Value.of("abc"));
    pack("da0003616263", Value.of("abc"));
    pack("db00000003616263", Value.of("abc"));
    pack("c403010203", Value.of(hex("010203")));
    pack("92c2c3", Value.of(List.of(Value.FALSE, Value.TRUE)));
    pack("dc0001c0", Value.of(List.of(Value.NULL)));
    pack("81a16101", Value.of(Map.of("a", Value.of(1L))));
    pack("df00000001a16101", Value.of(Map.of("a", Value.of(1L))));
    pack("d40105", Value.of(hex("05")));
    pack("c7020501ff", Value.of(hex("01ff")));
  }

  @Test
  void refusesWhatIsNoneOrNotAll() {
    for (String bad :
        List.of(
            "",
            "18",
            "ff",
            "0000",
            "62c328",
            "9f01",
            "bf6161ff",
            "5f6161ff",
            "1c",
            "9bffffffffffffffff",
            "7bffffffffffffffff61",
            "f8ff",
            "5f5f4101ffff")) {
      assertThat(CborValues.read(hex(bad))).as(bad).isEmpty();
    }
    assertThat(CborValues.read(hex("81".repeat(65) + "00"))).isEmpty();
    assertThat(CborValues.read(hex("81".repeat(64) + "00"))).isPresent();
    assertThat(CborValues.read(hex("c1".repeat(100_000) + "00"))).isEmpty();
    for (String bad :
        List.of(
            "", "c1", "cc", "0000", "a1ff", "91", "810101", "ddffffffff", "dbffffffff61", "d401")) {
      assertThat(MessagePack.read(hex(bad))).as(bad).isEmpty();
    }
    assertThat(MessagePack.read(hex("91".repeat(65) + "00"))).isEmpty();
    assertThat(MessagePack.read(hex("91".repeat(64) + "00"))).isPresent();
  }

  @Test
  void everyValueGoesThereAndBack() {
    Random random = new Random(3);
    for (int i = 0; i < 3000; i++) {
      Value value = value(random, 4);
      assertThat(CborValues.read(CborValues.write(value))).contains(value);
      assertThat(MessagePack.read(MessagePack.write(value))).contains(value);
      assertThat(SignalJson.parse(SignalJson.text(value, true))).contains(value);
    }
  }

  private static Value value(Random random, int depth) {
    return switch (random.nextInt(depth == 0 ? 6 : 8)) {
      case 0 -> Value.NULL;
      case 1 -> new Value.Bool(random.nextBoolean());
      case 2 -> Value.of(random.nextLong() >> random.nextInt(64));
      case 3 -> Value.of(random.nextGaussian() * Math.pow(10, random.nextInt(-300, 300)));
      case 4 -> Value.of("ä€x".repeat(random.nextInt(30)));
      case 5 -> {
        byte[] bytes = new byte[random.nextInt(300)];
        random.nextBytes(bytes);
        yield Value.of(bytes);
      }
      case 6 -> {
        List<Value> values = new ArrayList<>();
        for (int n = random.nextInt(20); n > 0; n--) {
          values.add(value(random, depth - 1));
        }
        yield Value.of(values);
      }
      default -> {
        Map<String, Value> entries = new LinkedHashMap<>();
        for (int n = random.nextInt(20); n > 0; n--) {
          entries.put("k" + n, value(random, depth - 1));
        }
        yield Value.of(entries);
      }
    };
  }

  @Test
  void bytesInJsonAreArraysUnlessAskedFor() {
    Value bytes = Value.of(Map.of("b", Value.of(new byte[] {0, -1})));
    assertThat(SignalJson.text(bytes, false)).isEqualTo("{\"b\":[0,255]}");
    assertThat(SignalJson.text(bytes, true)).isEqualTo("{\"b\":{\"$bytes\":\"AP8=\"}}");
    assertThat(SignalJson.parse("{\"$bytes\":\"no base64!\"}"))
        .contains(Value.of(Map.of("$bytes", Value.of("no base64!"))));
  }

  @Test
  void theClientChoosesTheForm() {
    assertThat(MediaType.accepted(Optional.empty())).contains(MediaType.JSON);
    assertThat(MediaType.accepted(Optional.of("*/*"))).contains(MediaType.JSON);
    assertThat(MediaType.accepted(Optional.of("text/html, application/*;q=0.8")))
        .contains(MediaType.JSON);
    assertThat(MediaType.accepted(Optional.of("application/cbor, */*;q=0.1")))
        .contains(MediaType.CBOR);
    assertThat(MediaType.accepted(Optional.of("application/json;q=0, application/*")))
        .contains(MediaType.MESSAGE_PACK);
    assertThat(MediaType.accepted(Optional.of("text/*"))).contains(MediaType.TEXT);
    assertThat(MediaType.accepted(Optional.of("image/png"))).isEmpty();
    assertThat(MediaType.ofContent(Optional.of("application/vnd.x+json; charset=utf-8")))
        .contains(MediaType.JSON);
    assertThat(MediaType.ofContent(Optional.of("application/x-www-form-urlencoded"))).isEmpty();
  }
}
