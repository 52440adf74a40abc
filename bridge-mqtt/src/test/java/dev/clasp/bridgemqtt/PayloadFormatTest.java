package dev.clasp.bridgemqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.protocol.EncodeException;
import dev.clasp.protocol.Value;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PayloadFormatTest {

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @EnumSource(names = {"TYPED", "MSGPACK", "CBOR"})
  void everyValueComesBackAsItWas(PayloadFormat format) {
    Random random = new Random(11);
    for (int i = 0; i < 20_000; i++) {
      Value value = value(random, 4);
      byte[] payload = format.bytes(value);
      assertThat(format.value(payload)).as(() -> value.toString()).contains(value);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"TYPED", "MSGPACK", "CBOR"})
  void soDoTheOddOnes(PayloadFormat format) {
    for (Value value :
        List.of(
            Value.of(42.0),
            Value.of(42),
            Value.of("42"),
            Value.of("true"),
            Value.of(""),
            Value.of(-0.0),
            Value.of(Double.NaN),
            Value.of(Double.POSITIVE_INFINITY),
            Value.of(Double.MIN_VALUE),
            Value.of(Double.MAX_VALUE),
            Value.of(Long.MIN_VALUE),
            Value.of(Long.MAX_VALUE),
            Value.of(new byte[0]),
            Value.of(Map.of("$bytes", Value.of("AQI="))),
            Value.of(Map.of("$$float", Value.of("NaN"))),
            Value.of(Map.of("$float", Value.of(List.of()))),
            Value.of(List.<Value>of()),
            Value.of(Map.<String, Value>of()))) {
      assertThat(format.value(format.bytes(value))).contains(value);
    }
  }

  static Value value(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 8 : 6)) {
      case 0 -> Value.NULL;
      case 1 -> Value.of(random.nextBoolean());
      case 2 -> Value.of(random.nextLong() >> random.nextInt(64));
      case 3 ->
          Value.of(
              random.nextBoolean()
                  ? random.nextInt(1000) / 8.0
                  : Double.longBitsToDouble(random.nextLong()));
      case 4 -> Value.of(text(random));
      case 5 -> {
        byte[] bytes = new byte[random.nextInt(40)];
        random.nextBytes(bytes);
        yield Value.of(bytes);
      }
      case 6 -> {
        List<Value> values = new ArrayList<>();
        for (int n = random.nextInt(20); n > 0; n--) {
          values.add(value(random, depth - 2));
        }
        yield Value.of(values);
      }
      default -> {
        Map<String, Value> entries = new LinkedHashMap<>();
        for (int n = random.nextInt(20); n > 0; n--) {
          entries.put(text(random), value(random, depth - 2));
        }
        yield Value.of(entries);
      }
    };
  }

  private static String text(Random random) {
    String letters = "ab$\"\\ 7é\u2603\u0000\ud83d\ude00";
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(6); n > 0; n--) {
      int at = random.nextInt(letters.length() - 1);
      text.append(at >= letters.length() - 2 ? "\ud83d\ude00" : letters.substring(at, at + 1));
    }
    return text.toString();
  }

  /** From appendix A of RFC 8949. */
  @ParameterizedTest
  @CsvSource({
    "1903e8,1000",
    "3903e7,-1000",
    "1bffffffffffffffff,18446744073709551616.0",
    "3bffffffffffffffff,-18446744073709551616.0",
    "c249010000000000000000,18446744073709551616.0",
    "f93c00,1.0",
    "f90001,5.960464477539063E-8",
    "fa47c35000,100000.0",
    "fb3ff199999999999a,1.1",
    "f4,false",
    "f6,null",
    "f7,null",
    "64f0908591,'\"\ud800\udd51\"'",
    "7f657374726561646d696e67ff,'\"streaming\"'",
    "9f018202039f0405ffff,'[1,[2,3],[4,5]]'",
    "bf61610161629f0203ffff,'{\"a\":1,\"b\":[2,3]}'",
    "a201020304,'{\"1\":2,\"3\":4}'",
    "c074323031332d30332d32315432303a30343a30305a,'\"2013-03-21T20:04:00Z\"'",
  })
  void cborIsReadAsItsStandardSays(String hex, String json) {
    assertThat(PayloadFormat.CBOR.value(HexFormat.of().parseHex(hex)))
        .isEqualTo(PayloadFormat.JSON.value(utf8(json)));
  }

  @ParameterizedTest
  @CsvSource({
    "18",
    "61",
    "ff",
    "8201",
    "a101",
    "5f01ff",
    "1c",
    "9f01",
    "0000",
    "5affffffff00",
    "''"
  })
  void whatIsNoCborIsNone(String hex) {
    assertThat(PayloadFormat.CBOR.value(HexFormat.of().parseHex(hex))).isEmpty();
  }

  @Test
  void nestingIsBounded() {
    assertThat(PayloadFormat.CBOR.value(HexFormat.of().parseHex("81".repeat(5000) + "00")))
        .isEmpty();
    assertThat(PayloadFormat.CBOR.value(HexFormat.of().parseHex("c0".repeat(5000) + "00")))
        .isEmpty();
    assertThat(PayloadFormat.MSGPACK.value(HexFormat.of().parseHex("91".repeat(5000) + "00")))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "21.5,21.5",
    "' 21.5 °C',21.5",
    "-3,-3",
    "ON,1",
    "closed,0",
    "1e3,1000.0",
    "5e,5",
    "5 eggs,5",
  })
  void aNumberMayHaveAUnit(String text, String json) {
    assertThat(PayloadFormat.NUMBER.value(utf8(text)))
        .isEqualTo(PayloadFormat.JSON.value(utf8(json)));
  }

  @Test
  void othersAreNoNumbers() {
    assertThat(PayloadFormat.NUMBER.value(utf8("warm"))).isEmpty();
    assertThat(PayloadFormat.NUMBER.value(utf8(""))).isEmpty();
    assertThatThrownBy(() -> PayloadFormat.NUMBER.bytes(Value.of("warm")))
        .isInstanceOf(EncodeException.class);
    assertThat(PayloadFormat.NUMBER.bytes(Value.TRUE)).isEqualTo(utf8("1"));
  }

  @Test
  void textStaysTextAndBytesStayBytes() {
    assertThat(PayloadFormat.TEXT.value(utf8("42"))).contains(Value.of("42"));
    assertThat(PayloadFormat.TEXT.value(new byte[] {-1})).isEmpty();
    assertThat(PayloadFormat.BYTES.value(utf8("42"))).contains(Value.of(utf8("42")));
    assertThat(PayloadFormat.JSON.value(utf8("plain"))).isEmpty();
  }

  @Test
  void theContentTypeOfTheSenderSaysWhatAutoIs() {
    assertThat(PayloadFormat.AUTO.said(Optional.of("application/cbor")))
        .isEqualTo(PayloadFormat.CBOR);
    assertThat(PayloadFormat.AUTO.said(Optional.of("Application/MsgPack; x=1")))
        .isEqualTo(PayloadFormat.MSGPACK);
    assertThat(PayloadFormat.TEXT.said(Optional.of("application/cbor")))
        .isEqualTo(PayloadFormat.TEXT);
    assertThat(PayloadFormat.AUTO.said(Optional.of("image/png"))).isEqualTo(PayloadFormat.AUTO);
  }

  @Test
  void usersCallThemByTheirNames() {
    for (String name : PayloadFormat.names()) {
      assertThat(PayloadFormat.of(name).map(PayloadFormat::key)).contains(name);
    }
    assertThat(PayloadFormat.of("raw")).contains(PayloadFormat.BYTES);
    assertThat(PayloadFormat.of("xml")).isEmpty();
  }
}
