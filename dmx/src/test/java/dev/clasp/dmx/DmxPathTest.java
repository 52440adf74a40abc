package dev.clasp.dmx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.dmx.DmxPath.Form;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DmxPathTest {

  @Test
  void aUniverseAndAChannelAreASlot() {
    assertThat(DmxPath.parse("/1/47", Form.SACN)).isEqualTo(new DmxPath.Slot(1, 47));
    assertThat(DmxPath.parse("/63999/512", Form.SACN)).isEqualTo(new DmxPath.Slot(63_999, 512));
    assertThat(DmxPath.parse("/0/1", Form.ARTNET)).isEqualTo(new DmxPath.Slot(0, 1));
  }

  @Test
  void netSubnetUniverseAndChannelAreASlotOfAPortAddress() {
    assertThat(DmxPath.parse("/0/1/2/47", Form.ARTNET)).isEqualTo(new DmxPath.Slot(18, 47));
    assertThat(DmxPath.parse("/127/15/15", Form.ARTNET)).isEqualTo(new DmxPath.Universe(32_767));
    assertThat(DmxPath.parse("/0/1/2/47", Form.SACN)).isInstanceOf(DmxPath.Wrong.class);
  }

  @Test
  void oneNumberIsAUniverse() {
    assertThat(DmxPath.parse("/7", Form.SERIAL)).isEqualTo(new DmxPath.Universe(7));
  }

  @Test
  void namesAreFixturesMastersAndStatus() {
    assertThat(DmxPath.parse("/fixture/spot1/pan", Form.SACN))
        .isEqualTo(new DmxPath.Fixture("spot1", "pan"));
    assertThat(DmxPath.parse("/fixture/spot1", Form.SACN))
        .isEqualTo(new DmxPath.Fixture("spot1", ""));
    assertThat(DmxPath.parse("/master", Form.SACN)).isEqualTo(new DmxPath.Master(""));
    assertThat(DmxPath.parse("/master/front", Form.SACN)).isEqualTo(new DmxPath.Master("front"));
    assertThat(DmxPath.parse("/blackout", Form.SACN)).isEqualTo(new DmxPath.Blackout());
    assertThat(DmxPath.parse("/$sources/1/x", Form.SACN)).isEqualTo(new DmxPath.Status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "1/2",
        "/1/0",
        "/1/513",
        "/0/1",
        "/64000/1",
        "/1/2/3",
        "/1/2/3/4/5",
        "/a/1",
        "/1/a",
        "/1/-1",
        "/+1/1",
        "/1//1",
        "/1/",
        "/9999999/1",
        "/fixture",
        "/fixture/",
        "/fixture//pan",
        "/blackout/x",
        "/١/1"
      })
  void everythingElseIsWrong(String path) {
    assertThat(DmxPath.parse(path, Form.SACN)).isInstanceOf(DmxPath.Wrong.class);
  }
}
