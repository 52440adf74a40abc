package dev.clasp.ble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.transport.TransportException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BleUrlTest {

  private static BleUrl of(String text) {
    return BleUrl.of(URI.create(text));
  }

  private static Device device(String name, boolean advertises) {
    return new Device(
        "/x", "AA:BB:CC:DD:EE:FF", name, OptionalInt.of(-50), false, false, advertises);
  }

  @Test
  void anAddressIsAnAddress() {
    BleUrl url = of("ble:aa:bb:cc:dd:ee:ff");

    assertThat(url.byAddress()).isTrue();
    assertThat(url.target()).isEqualTo("AA:BB:CC:DD:EE:FF");
    assertThat(url.scan()).isEqualTo(Duration.ofSeconds(5));
    assertThat(url.write()).isEqualTo(WriteMode.COMMAND);
    assertThat(url.matches(device("", false))).isTrue();
  }

  @Test
  void anythingElseIsPartOfAName() {
    BleUrl url = of("ble:Stage%20Box");

    assertThat(url.byAddress()).isFalse();
    assertThat(url.matches(device("my stage box 2", true))).isTrue();
    assertThat(url.matches(device("my stage box 2", false))).isFalse();
    assertThat(url.matches(device("", true))).isFalse();
  }

  @Test
  void aStarOrNothingIsWhateverAdvertisesTheService() {
    assertThat(of("ble:*").matches(device("", true))).isTrue();
    assertThat(of("ble:?scan=1s").matches(device("x", true))).isTrue();
    assertThat(of("ble:*").matches(device("x", false))).isFalse();
  }

  @Test
  void readsEveryOption() {
    assertThat(of("ble:x?adapter=hci1&scan=250ms&all=yes&write=request&bus=unix:path=/run/b"))
        .isEqualTo(
            new BleUrl(
                "x",
                Optional.of("hci1"),
                Duration.ofMillis(250),
                true,
                WriteMode.REQUEST,
                Optional.of("unix:path=/run/b")));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "ble://AA:BB:CC:DD:EE:FF, there is no '/' in it",
        "ble:x?adapter=eth0, adapter is a name such as hci0",
        "ble:x?scan=5, scan is a time up to 600s",
        "ble:x?scan=0s, scan is a time up to 600s",
        "ble:x?scan=601s, scan is a time up to 600s",
        "ble:x?all=true, all is yes or no",
        "ble:x?write=fast, write is command or request",
        "ble:x?colour=red, 'colour' is none of adapter",
        "ble:x?all, 'all' is no name=value",
      })
  void saysWhatIsWrong(String text, String why) {
    assertThatThrownBy(() -> of(text))
        .isInstanceOfSatisfying(
            TransportException.class,
            e -> assertThat(e.kind()).isEqualTo(TransportException.Kind.BAD_URL))
        .hasMessageContaining("cannot use ble:")
        .hasMessageContaining(why);
  }
}
