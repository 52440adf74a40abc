package dev.clasp.bridgedmx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridgedmx.WidgetInput.Heard;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WidgetInputTest {

  private final WidgetInput input = new WidgetInput();

  private static byte[] bytes(int... values) {
    return WidgetMessage.of(0, values).data();
  }

  private static byte[] slots(Heard heard) {
    assertThat(heard).isInstanceOf(Heard.Slots.class);
    return ((Heard.Slots) heard).slots();
  }

  @Test
  void aWholePacketReplacesWhatWas() {
    assertThat(slots(input.received(bytes(0, 0, 255, 128, 7)))).containsExactly(255, 128, 7);
    assertThat(slots(input.received(bytes(0, 0, 1)))).containsExactly(1);
  }

  @Test
  void theBitmapCountsFromTheStartCode() {
    // Group 0, bits 1 (slot 1) and 3 (slot 3).
    assertThat(slots(input.changed(bytes(0, 0b1010, 0, 0, 0, 0, 0xFF, 0x40))))
        .containsExactly(0xFF, 0, 0x40);
    // Group 2 begins with slot 16; bit 0 is that, bit 39 is slot 55.
    byte[] more = slots(input.changed(bytes(2, 1, 0, 0, 0, 0x80, 9, 8)));
    assertThat(more).hasSize(55);
    assertThat(more[15]).isEqualTo((byte) 9);
    assertThat(more[54]).isEqualTo((byte) 8);
    assertThat(more[0]).isEqualTo((byte) 0xFF);
  }

  @Test
  void theLastSlotIsReachedAndNoneBehindIt() {
    byte[] all = slots(input.changed(bytes(64, 1, 0, 0, 0, 0, 77)));
    assertThat(all).hasSize(512);
    assertThat(all[511]).isEqualTo((byte) 77);

    assertThat(input.changed(bytes(64, 2, 0, 0, 0, 0, 78))).isInstanceOf(Heard.Unusable.class);
    assertThat(input.changed(bytes(255, 1, 0, 0, 0, 0, 78))).isInstanceOf(Heard.Unusable.class);
    assertThat(slots(input.changed(bytes(0, 0, 0, 0, 0, 0)))).isEqualTo(all);
  }

  @Test
  void aChangeWithFewerValuesThanBitsChangesNothing() {
    assertThat(input.changed(bytes(0, 0b110, 0, 0, 0, 0, 50))).isInstanceOf(Heard.Unusable.class);
    assertThat(slots(input.changed(bytes(0, 0b10, 0, 0, 0, 0, 1)))).containsExactly(1);
  }

  @Test
  void anOverrunIsNoPacket() {
    assertThat(input.received(bytes(2, 0, 1))).isInstanceOf(Heard.Unusable.class);
    assertThat(input.received(bytes(1, 0, 1))).isInstanceOf(Heard.Unusable.class);
    assertThat(input.received(bytes(0))).isInstanceOf(Heard.Unusable.class);
    assertThat(input.received(new byte[515])).isInstanceOf(Heard.Unusable.class);
  }

  @Test
  void otherStartCodesAreOthers() {
    assertThat(input.received(bytes(0, 0xCC, 1, 2)))
        .isInstanceOfSatisfying(
            Heard.Other.class, other -> assertThat(other.packet()).containsExactly(0xCC, 1, 2));
  }

  @Test
  void serialNumbersAreDecimalDigitsFromTheEnd() {
    assertThat(WidgetInput.serialNumber(bytes(0x78, 0x56, 0x34, 0x12))).contains("12345678");
    assertThat(WidgetInput.serialNumber(bytes(0xFF, 0xFF, 0xFF, 0xFF))).isEqualTo(Optional.empty());
    assertThat(WidgetInput.serialNumber(bytes(1, 2, 3))).isEqualTo(Optional.empty());
  }
}
