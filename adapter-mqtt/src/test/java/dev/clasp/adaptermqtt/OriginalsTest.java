package dev.clasp.adaptermqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.Namespace;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * What is remembered of how messages were spelled is bounded, and what is forgotten is the oldest.
 */
class OriginalsTest {

  private final HandTime time = new HandTime();

  private static Original spelled(byte[] value, byte[] payload) {
    return new Original(1, payload, new byte[0], Original.NEVER, 0, value, null);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void theFirstAddressesGoWhenThereAreTooMany() {
    Originals originals = new Originals(10, time);
    byte[] value = {7, 1};
    for (int i = 0; i < 1000; i++) {
      originals.remember("/a/" + i, spelled(value, bytes("01")));
    }

    assertThat(originals.remembered()).isEqualTo(10);
    assertThat(originals.value("/a/999", 7, value, 1, 1)).isNotNull();
    assertThat(originals.value("/a/0", 7, value, 1, 1)).isNull();
  }

  @Test
  void anAddressThatComesAndGoesLeavesRoomForOthers() {
    Originals originals = new Originals(10, time);
    byte[] value = {7, 1};
    for (int i = 0; i < 1000; i++) {
      originals.remember("/a", spelled(value, bytes("01")));
      originals.forget("/a", originals.last());
    }
    originals.remember("/b", spelled(value, bytes("01")));

    assertThat(originals.value("/b", 7, value, 1, 1)).isNotNull();
  }

  @Test
  void theBytesAreBoundedAlsoForAddressesThatAreThereAlready() {
    Originals originals = new Originals(100_000, time);
    byte[] value = {7, 1};
    for (int i = 0; i < 2000; i++) {
      originals.remember("/a/" + i, spelled(value, bytes("01")));
    }
    byte[] large = new byte[60_000];
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 2000; i++) {
        originals.remember("/a/" + i, spelled(value, large));
      }
    }

    assertThat((long) originals.remembered() * large.length).isLessThan(70L << 20);
  }

  @Test
  void whatIsStillOnItsWayKeepsItsSpelling() {
    Originals originals = new Originals(10, time);
    originals.remember("/a", spelled(new byte[] {7, 1}, bytes("1.0")));
    originals.remember("/a", spelled(new byte[] {7, 2}, bytes("2.0")));

    assertThat(originals.value("/a", 7, new byte[] {1}, 0, 1))
        .satisfies(older -> assertThat(older.payload()).asString().isEqualTo("1.0"));
  }

  @Test
  void whatWasForgottenTakesNobodysPlace() {
    Originals originals = new Originals(10, time);
    byte[] value = {7, 1};
    originals.remember("/stays", spelled(value, bytes("01")));
    for (int i = 0; i < 1000; i++) {
      originals.remember("/a", spelled(value, bytes("01")));
      originals.forget("/a", originals.last());
    }

    assertThat(originals.value("/stays", 7, value, 1, 1)).isNotNull();
    assertThat(originals.remembered()).isEqualTo(1);
  }

  @Test
  void whatIsOverSpoilsNoEqualValueThatComesLater() throws Exception {
    Originals originals = new Originals(10, time);
    byte[] value = {7, 1};
    originals.remember("/a", spelled(value, bytes("1.0")));
    long soon = time.nanos() + 1000;
    originals.remember("/a", new Original(1, bytes("1.00"), new byte[0], soon, 0, value, null));
    assertThat(originals.value("/a", 7, value, 1, 1))
        .satisfies(found -> assertThat(found.payload()).asString().isEqualTo("1.00"));

    time.pass(Duration.ofSeconds(1));

    assertThat(originals.value("/a", 7, value, 1, 1))
        .satisfies(found -> assertThat(found.payload()).asString().isEqualTo("1.0"));
  }

  @Test
  void whatIsWithdrawnGivesWayToWhatWasThere() {
    Originals originals = new Originals(10, time);
    byte[] value = {7, 1};
    originals.remember("/a", spelled(value, bytes("1.0")));
    long refused = originals.remember("/a", spelled(value, bytes("1.00")));
    originals.withdraw("/a", refused);
    assertThat(originals.value("/a", 7, value, 1, 1))
        .satisfies(found -> assertThat(found.payload()).asString().isEqualTo("1.0"));

    long deleted = originals.last();
    originals.remember("/a", spelled(value, bytes("1.000")));
    originals.forget("/a", deleted);
    assertThat(originals.value("/a", 7, value, 1, 1))
        .as("came behind the deletion")
        .satisfies(found -> assertThat(found.payload()).asString().isEqualTo("1.000"));
    originals.forget("/a", originals.last());
    assertThat(originals.remembered()).isZero();
  }

  @Test
  void addressesCountToo() {
    Originals originals = new Originals(1 << 17, time);
    byte[] value = {7, 1};
    String filler = "x".repeat(1000);
    for (int i = 0; i < 60_000; i++) {
      originals.remember("/" + filler + i, spelled(value, bytes("01")));
    }

    assertThat(originals.remembered()).as("2 KB each").isBetween(20_000, 35_000);
  }

  @Test
  void namesAreForgottenWhenTheyAreTooLong() {
    TopicNames names = new TopicNames(new Topics(new Namespace("/mqtt")));
    String filler = "x".repeat(1000);
    for (int i = 0; i < 20_000; i++) {
      byte[] address = bytes("/mqtt/" + filler + i);
      names.of(address, 0, address.length);
      assertThat(names.bytes()).isLessThanOrEqualTo(8 << 20);
    }
    byte[] address = bytes("/mqtt/a");
    assertThat(names.of(address, 0, address.length)).isSameAs(names.of(address, 0, address.length));
  }
}
