package dev.clasp.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.serial.SerialSettings.Flow;
import dev.clasp.serial.SerialSettings.Parity;
import dev.clasp.transport.TransportException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SerialSettingsTest {

  @ParameterizedTest
  @CsvSource({
    "serial:/dev/ttyUSB0, /dev/ttyUSB0",
    "serial:///dev/ttyUSB0, /dev/ttyUSB0",
    "SERIAL:/dev/ttyUSB0, /dev/ttyUSB0",
    "serial:COM3, COM3",
    "serial://COM3, COM3",
    "/dev/ttyACM1, /dev/ttyACM1",
    "COM12, COM12",
    "serial:/dev/serial/by-id/usb-1a86_USB%20Serial-if00-port0, /dev/serial/by-id/usb-1a86_USB Serial-if00-port0",
    "serial:/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0+x, /dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0+x",
  })
  void thePortMayBeWrittenInManyWays(String url, String port) {
    assertThat(SerialSettings.parse(url)).isEqualTo(SerialSettings.of(port));
  }

  @Test
  void everySettingIsTaken() {
    assertThat(
            SerialSettings.parse(
                "serial:/dev/ttyS1?baud=250000&data=8&parity=even&stop=2&flow=rtscts&framing=cobs&crc=32"))
        .isEqualTo(
            new SerialSettings(
                "/dev/ttyS1", 250_000, Parity.EVEN, 2, Flow.RTSCTS, SerialFraming.COBS, true));
    assertThat(
            SerialSettings.parse(
                "serial:COM1?baud=115200&data=8&parity=none&stop=1&flow=none&framing=raw&crc=no"))
        .isEqualTo(SerialSettings.of("COM1"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "serial: | the port is missing",
        "serial:?baud=9600 | the port is missing",
        "serial:x?baud=fast | baud must be 50 to 12000000, not 'fast'",
        "serial:x?baud=0 | baud must be 50 to 12000000",
        "serial:x?baud=99999999 | baud must be 50 to 12000000",
        "serial:x?baud | baud must be 50 to 12000000, not ''",
        "serial:x?data=7 | data must be 8, not '7'",
        "serial:x?parity=yes | parity must be none, odd, even, mark or space, not 'yes'",
        "serial:x?stop=3 | stop must be 1 or 2, not '3'",
        "serial:x?flow=on | flow must be none or rtscts, not 'on'",
        "serial:x?flow=xonxoff | flow must be none or rtscts",
        "serial:x?framing=line | framing must be raw, slip or cobs, not 'line'",
        "serial:x?framing=slip&crc=16 | crc must be no or 32, not '16'",
        "serial:x?crc=32 | crc=32 needs framing=slip or framing=cobs",
        "serial:x?bad=9600 | there is no setting 'bad', did you mean baud?",
        "serial:x?bauds=9600 | did you mean baud?",
        "serial:x?framin=slip | did you mean framing?",
        "serial:x?colour=red | there is no setting 'colour'. There are baud, data, parity",
        "serial:x?baud=9600&baud=9600 | baud is there twice",
        "serial:x%zz | hexadecimal",
      })
  void whatIsWrongIsSaidWithTheChoices(String url, String complaint) {
    assertThatThrownBy(() -> SerialSettings.parse(url))
        .isInstanceOfSatisfying(
            TransportException.class,
            e -> assertThat(e.kind()).isEqualTo(TransportException.Kind.BAD_URL))
        .hasMessageContaining(complaint)
        .hasMessageStartingWith("cannot use serial:");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "serial:/dev/ttyUSB0?baud=115200",
        "serial:COM3?baud=9600&parity=odd&stop=2&flow=rtscts&framing=slip&crc=32",
        "serial:/dev/a%20b%3Fc%25d%23e?baud=50",
      })
  void theTextIsTheUrl(String url) {
    assertThat(SerialSettings.parse(url)).hasToString(url);
  }

  @Test
  void aTenthOfASecondMayWait() {
    assertThat(SerialSettings.parse("x?baud=1000000").medium().highWater()).isEqualTo(10_000);
    assertThat(SerialSettings.parse("x?baud=115200").medium().highWater()).isEqualTo(1152);
    assertThat(SerialSettings.parse("x?baud=9600").medium().highWater()).isEqualTo(256);
    assertThat(SerialSettings.parse("x?baud=9600&parity=even&stop=2").medium().nanosPerByte())
        .isEqualTo(TimeUnit.SECONDS.toNanos(12) / 9600);
  }
}
