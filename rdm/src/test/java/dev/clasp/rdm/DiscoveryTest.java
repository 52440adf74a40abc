package dev.clasp.rdm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The search for devices, on a line where answers of several become one. */
class DiscoveryTest {

  private static final Uid CONTROLLER = Uid.of(0x7FF0, 1);

  private final List<VirtualResponder> lamps = new ArrayList<>();

  private int run(Discovery discovery) {
    int messages = 0;
    for (Optional<RdmMessage> next = discovery.next(); next.isPresent(); next = discovery.next()) {
      messages++;
      byte[] heard = hear(next.get());
      if (heard.length == 0) {
        discovery.silent();
      } else {
        discovery.answered(heard);
      }
    }
    return messages;
  }

  /** Levels add up on a line. */
  private byte[] hear(RdmMessage message) {
    byte[] heard = {};
    for (VirtualResponder lamp : lamps) {
      byte[] answer = lamp.take(message).orElse(new byte[0]);
      if (heard.length == 0) {
        heard = answer;
      } else {
        for (int i = 0; i < answer.length; i++) {
          heard[i] |= answer[i];
        }
      }
    }
    return heard;
  }

  private void with(Uid... uids) {
    Stream.of(uids).forEach(uid -> lamps.add(new VirtualResponder(uid, "lamp")));
  }

  @Test
  void anEmptyLineIsAskedOnce() {
    Discovery discovery = Discovery.full(CONTROLLER);

    assertThat(run(discovery)).isEqualTo(2);
    assertThat(discovery.found()).isEmpty();
  }

  @Test
  void allDevicesAreFoundHoweverCloseTheyAre() {
    with(Uid.LOWEST, Uid.of(1, 2), Uid.of(1, 3), Uid.of(0x7A70, 0xFFFF_FFFEL), Uid.HIGHEST);

    Discovery discovery = Discovery.full(CONTROLLER);
    run(discovery);

    assertThat(discovery.found())
        .containsExactlyElementsOf(lamps.stream().map(VirtualResponder::uid).toList());
    assertThat(discovery.problems()).isEmpty();
  }

  @Test
  void manyDevicesAreFound() {
    Random random = new Random(7);
    TreeSet<Uid> uids = new TreeSet<>();
    while (uids.size() < 200) {
      uids.add(Uid.of(0x7A70, random.nextInt() & 0x7FFF_FFFF));
    }
    with(uids.toArray(Uid[]::new));

    Discovery discovery = Discovery.full(CONTROLLER);
    run(discovery);

    assertThat(discovery.found()).containsExactlyElementsOf(uids);
  }

  @Test
  void aLaterSearchFindsWhoCameAndWhoWent() {
    with(Uid.of(1, 1), Uid.of(1, 3));

    Discovery discovery = Discovery.incremental(CONTROLLER, List.of(Uid.of(1, 1), Uid.of(1, 2)));
    run(discovery);

    assertThat(discovery.found()).containsExactly(Uid.of(1, 1), Uid.of(1, 3));
  }

  @Test
  void aDeviceThatNeverBecomesMuteDoesNotStopTheSearch() {
    with(Uid.of(1, 1));
    Discovery discovery = Discovery.full(CONTROLLER);
    int messages = 0;
    for (Optional<RdmMessage> next = discovery.next(); next.isPresent(); next = discovery.next()) {
      messages++;
      if (next.get().pid() == Pid.DISC_MUTE.code()) {
        discovery.silent();
      } else {
        byte[] heard = hear(next.get());
        if (heard.length == 0) {
          discovery.silent();
        } else {
          discovery.answered(heard);
        }
      }
    }

    assertThat(discovery.found()).isEmpty();
    assertThat(discovery.problems()).singleElement().asString().contains("0001:00000001");
    assertThat(messages).isLessThan(400);
  }

  @Test
  void noiseOnTheLineEndsToo() {
    Random noise = new Random(1);
    Discovery discovery = Discovery.full(CONTROLLER);
    int messages = 0;
    while (!discovery.done() && messages < 100_000) {
      messages++;
      byte[] heard = new byte[noise.nextInt(1, 30)];
      noise.nextBytes(heard);
      // A line that is always noisy would be searched for ever: nine of ten are silent.
      if (noise.nextInt(10) == 0) {
        discovery.answered(heard);
      } else {
        discovery.silent();
      }
    }

    assertThat(discovery.done()).isTrue();
    assertThat(discovery.found()).isEmpty();
  }
}
