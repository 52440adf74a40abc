package dev.clasp.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.clasp.protocol.Message.Content;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ValueTest {

  @Test
  void intAndFloatAreDifferentKinds() {
    assertThat(Value.of(1)).isNotEqualTo(Value.of(1.0));
  }

  @Test
  void floatsAreEqualByTheirBitsExceptThatAllNansAreOne() {
    assertThat(Value.of(0.0)).isNotEqualTo(Value.of(-0.0));
    assertThat(Value.of(Double.NaN))
        .isEqualTo(Value.of(Double.longBitsToDouble(0x7ff8_0000_0000_0001L)));
  }

  @Test
  void bytesAreCopiedInAndOut() {
    byte[] given = {1, 2, 3};
    Value.Bytes value = new Value.Bytes(given);
    given[0] = 9;
    value.value()[1] = 9;

    assertThat(value).isEqualTo(Value.of(new byte[] {1, 2, 3}));
    assertThat(value).hasSameHashCodeAs(Value.of(new byte[] {1, 2, 3}));
    assertThat(value).isNotEqualTo(Value.of(given)).hasToString("Bytes[010203]");
    byte[] out = new byte[5];
    value.copyTo(out, 1);
    assertThat(out).containsExactly(0, 1, 2, 3, 0);
  }

  @Test
  void arraysDoNotChange() {
    List<Value> given = new ArrayList<>(List.of(Value.TRUE));
    Value.Array array = new Value.Array(given);
    given.add(Value.FALSE);

    assertThat(array.values()).containsExactly(Value.TRUE);
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> array.values().add(Value.NULL));
  }

  @Test
  void samplesAreCopiedInAndOut() {
    double[] given = {1, 2};
    Content.Samples samples = new Content.Samples(given);
    given[0] = 9;
    samples.samples()[1] = 9;

    assertThat(samples).isEqualTo(Content.ofSamples(1, 2)).hasToString("Samples[1.0, 2.0]");
    assertThat(samples).hasSameHashCodeAs(Content.ofSamples(1, 2));
    assertThat(samples).isNotEqualTo(Content.ofSamples(given));
    assertThat(samples.count()).isEqualTo(2);
    assertThat(samples.sample(1)).isEqualTo(2);
  }
}
