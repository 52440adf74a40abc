package dev.clasp.oscquery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.client.Signal;
import dev.clasp.osc.OscArgument.Float32;
import dev.clasp.osc.OscArgument.Int32;
import dev.clasp.osc.OscBundle;
import dev.clasp.osc.OscCodec;
import dev.clasp.osc.OscMessage;
import dev.clasp.osc.OscTimeTag;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.Eventually;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** OSC by UDP into an OSCQuery server. */
class OscPortTest {

  private final Room room = new Room();

  @AfterEach
  void close() {
    room.close();
  }

  private void known(String address, Value value) {
    room.desk.set(address, value).join();
    room.node(dev.clasp.osc.OscAddresses.encode(address).replace("%", "%25"));
  }

  @Test
  void aMessageSetsAValue() {
    known("/fader", Value.of(0.0));
    room.osc(OscCodec.encode(new OscMessage("/fader", new Float32(0.5f))));
    room.has("/fader", Value.of(0.5));
  }

  @Test
  void severalArgumentsAreAnArrayAndEncodedNamesAreDecoded() {
    known("/a b", Value.of(List.of(Value.of(1), Value.of(2))));
    room.osc(OscCodec.encode(new OscMessage("/a%20b", new Int32(3), new Int32(4))));
    room.has("/a b", Value.of(List.of(Value.of(3), Value.of(4))));
  }

  @Test
  void jsonForAMapStaysAMap() {
    known("/m", Value.of(Map.of("a", Value.of(1))));
    room.osc(
        OscCodec.encode(new OscMessage("/m", new dev.clasp.osc.OscArgument.Text("{\"a\":2}"))));
    room.has("/m", Value.of(Map.of("a", Value.of(2))));
  }

  @Test
  void aPatternReachesAllThatMatch() {
    known("/ch/1/mute", Value.FALSE);
    known("/ch/2/mute", Value.FALSE);
    known("/ch/2/level", Value.of(0.5));
    room.osc(OscCodec.encode(new OscMessage("/ch/*/mute", new Int32(1))));
    room.has("/ch/1/mute", Value.TRUE);
    room.has("/ch/2/mute", Value.TRUE);
    room.has("/ch/2/level", Value.of(0.5));
  }

  @Test
  void aBundleHappensTogether() {
    known("/a", Value.of(0));
    known("/b", Value.of(0));
    BlockingQueue<Signal> heard = new LinkedBlockingQueue<>();
    room.desk.subscribe("/*", heard::add).active().join();
    room.osc(
        OscCodec.encode(
            new OscBundle(
                OscTimeTag.IMMEDIATELY,
                List.of(new OscMessage("/a", new Int32(1)), new OscMessage("/b", new Int32(1))))));
    room.has("/b", Value.of(1));
    room.has("/a", Value.of(1));
    Eventually.is("counted", () -> room.server.count(OscQueryCounter.OSC_IN) == 2);
  }

  @Test
  void nonsenseIsCounted() {
    known("/a", Value.of(0));
    room.osc(new byte[0]);
    room.osc(new byte[] {'/', 1, 2});
    room.osc(OscCodec.encode(new OscMessage("/a")));
    room.osc(OscCodec.encode(new OscMessage("/nowhere", new Int32(1))));
    Eventually.is("two dropped", () -> room.server.count(OscQueryCounter.OSC_DROPPED) == 2);
    assertThat(room.server.count(OscQueryCounter.MALFORMED)).isEqualTo(2);
    room.has("/a", Value.of(0));
  }
}
