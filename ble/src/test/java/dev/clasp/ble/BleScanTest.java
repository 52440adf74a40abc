package dev.clasp.ble;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BleScanTest {

  @Test
  void findsWhatAdvertisesTheServiceOrEverything() throws Exception {
    try (TestBus bus = new TestBus();
        MockBluez bluez = new MockBluez(bus)) {
      MockAdapter adapter = bluez.adapter("hci0");
      adapter.device("AA:BB:CC:DD:EE:01", "lamp", 23, Firmware.NONE, Set.of());
      adapter.device("AA:BB:CC:DD:EE:02", "stage", 23, Firmware.NONE);
      Optional<String> address = Optional.of(bus.address());
      Duration time = Duration.ofSeconds(MockBluez.SECONDS);

      var ours = BleScan.run(Optional.empty(), address, time, false, 1);
      var all = BleScan.run(Optional.of("hci0"), address, time, true, 2);

      assertThat(ours)
          .singleElement()
          .satisfies(found -> {
            assertThat(found.name()).isEqualTo("stage");
            assertThat(found.clasp()).isTrue();
            assertThat(found.rssi()).hasValue(-60);
          });
      assertThat(all).extracting(BleScan.Found::name).containsExactlyInAnyOrder("lamp", "stage");
      assertThat(adapter.discovering()).isFalse();
    }
  }
}
