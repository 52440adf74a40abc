package dev.clasp.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.protocol.Bytes;
import dev.clasp.protocol.ValueLayout;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class NumbersTest {

  /** A number in its bytes, at an offset that is not 0. */
  private record Sample(int type, byte[] bytes, BigDecimal exact) {
    static Sample of(long value, int type) {
      byte[] b = new byte[11];
      switch (type) {
        case ValueLayout.I8 -> b[3] = (byte) value;
        case ValueLayout.I16 -> Bytes.putU16(b, 3, (short) value & 0xFFFF);
        case ValueLayout.I32 -> Bytes.putI32(b, 3, (int) value);
        default -> Bytes.putI64(b, 3, value);
      }
      return new Sample(type, b, BigDecimal.valueOf(Numbers.intAt(b, type, 3)));
    }

    static Sample of(double value) {
      byte[] b = new byte[11];
      Bytes.putI64(b, 3, Double.doubleToRawLongBits(value));
      return new Sample(ValueLayout.F64, b, new BigDecimal(value));
    }

    static Sample of(float value) {
      byte[] b = new byte[11];
      Bytes.putI32(b, 3, Float.floatToRawIntBits(value));
      return new Sample(ValueLayout.F32, b, new BigDecimal(value));
    }
  }

  @Test
  void comparesWhatTheNumbersStandFor() {
    List<Sample> samples = new ArrayList<>();
    for (long edge :
        new long[] {
          0, 1, -1, 42, 127, -128, 1L << 53, (1L << 53) + 1, Long.MAX_VALUE, Long.MIN_VALUE
        }) {
      for (int type = ValueLayout.I8; type <= ValueLayout.I64; type++) {
        samples.add(Sample.of(edge, type));
      }
      samples.add(Sample.of((double) edge));
      samples.add(Sample.of((float) edge));
      samples.add(Sample.of(edge + 0.5));
    }
    samples.add(Sample.of(-0.0));
    samples.add(Sample.of(0x1p63));
    samples.add(Sample.of(1e300));
    samples.add(Sample.of(-1e300));
    samples.add(Sample.of(Double.MIN_VALUE));
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 100; i++) {
      samples.add(Sample.of(random.nextLong(), ValueLayout.I64));
      samples.add(Sample.of(random.nextDouble(-1e19, 1e19)));
    }
    for (Sample a : samples) {
      for (Sample b : samples) {
        assertThat(Numbers.compare(a.bytes, a.type, 3, b.bytes, b.type, 3))
            .as("%s against %s", a.exact, b.exact)
            .isEqualTo(a.exact.compareTo(b.exact));
      }
    }
  }

  @Test
  void infinitiesAreBeyondEverythingAndNaNIsNowhere() {
    Sample most = Sample.of(Long.MAX_VALUE, ValueLayout.I64);
    byte[] b = new byte[11];
    Bytes.putI64(b, 3, Double.doubleToRawLongBits(Double.POSITIVE_INFINITY));
    assertThat(Numbers.compare(most.bytes, most.type, 3, b, ValueLayout.F64, 3)).isEqualTo(-1);
    assertThat(Numbers.compare(b, ValueLayout.F64, 3, most.bytes, most.type, 3)).isEqualTo(1);
    Bytes.putI64(b, 3, Double.doubleToRawLongBits(Double.NaN));
    assertThat(Numbers.compare(most.bytes, most.type, 3, b, ValueLayout.F64, 3))
        .isEqualTo(Numbers.UNORDERED);
    assertThat(Numbers.compare(b, ValueLayout.F64, 3, most.bytes, most.type, 3))
        .isEqualTo(Numbers.UNORDERED);
    assertThat(Numbers.compare(b, ValueLayout.F64, 3, b, ValueLayout.F64, 3))
        .isEqualTo(Numbers.UNORDERED);
  }
}
