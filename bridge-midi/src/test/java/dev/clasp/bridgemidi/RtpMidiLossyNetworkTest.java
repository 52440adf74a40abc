package dev.clasp.bridgemidi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridgetestkit.FakeContext;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.Eventually;
import dev.clasp.testkit.MidiModel;
import dev.clasp.testkit.RandomMidi;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two sessions over real sockets, with something in between that loses, delays and doubles. */
class RtpMidiLossyNetworkTest {

  private static final int MESSAGES = 1_000;

  private static Map<String, Integer> state(HeardPort heard) {
    MidiModel model = new MidiModel();
    heard.messages.forEach(each -> model.play(HexFormat.of().parseHex(each)));
    return model.state();
  }

  private static MidiPort port(HeardPort heard, String address) {
    MidiPort port = new RtpMidiScheme().port(address, Map.of(), FakeContext.inRealTime());
    port.open(heard);
    return port;
  }

  private static long of(MidiPort port, String key) {
    return ((Value.Int) Objects.requireNonNull(port.details().get(key))).value();
  }

  @ParameterizedTest
  @CsvSource({"0.1, 0.1, 0.1", "0.3, 0.3, 0.3"})
  void whatIsLostIsMadeGood(double loss, double late, double twice) throws Exception {
    HeardPort here = new HeardPort();
    HeardPort there = new HeardPort();
    try (MidiPort hall = port(there, "rtp-listen://127.0.0.1:0");
        LossyRelay relay = new LossyRelay((int) of(hall, "control_port"));
        MidiPort stage = port(here, "rtp://127.0.0.1:" + relay.port())) {
      Eventually.is(
          "both up", () -> here.state().startsWith("up") && there.state().startsWith("up"));
      relay.worsen(loss, late, twice);
      RandomMidi player = RandomMidi.little(new SplittableRandom(1));
      MidiModel sent = new MidiModel();
      for (int i = 0; i < MESSAGES; i++) {
        byte[] message = player.next();
        sent.play(message);
        stage.send(message, System.nanoTime());
        LockSupport.parkNanos(1_000_000);
      }
      Eventually.is(
          () -> "the same state behind both ends: " + sent.state() + " is not " + state(there),
          () -> state(there).equals(sent.state()));
      assertThat(relay.dropped.get()).isPositive();
      assertThat(of(hall, "packets_lost")).isPositive();
      assertThat(of(hall, "messages_repaired")).isPositive();
    }
  }
}
