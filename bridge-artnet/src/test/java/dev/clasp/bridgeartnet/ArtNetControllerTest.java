package dev.clasp.bridgeartnet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridgeartnet.ArtNetPacket.ArtPoll;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtPollReply;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The table of nodes, with time by hand. */
class ArtNetControllerTest {

  private static final long SECOND = 1_000_000_000L;
  private static final InetSocketAddress NODE = SentPackets.at("10.0.0.5");
  private static final InetSocketAddress EVERYBODY = SentPackets.at("10.255.255.255");

  private final SentPackets wire = new SentPackets();
  private final List<String> told = new ArrayList<>();
  private final ArtNetController controller =
      new ArtNetController(
          wire,
          () -> List.of(EVERYBODY),
          ArtNetConfig.PORT,
          new Random(1),
          new ArtNetController.Watcher() {
            @Override
            public void changed(ArtNetController.Entry entry) {
              told.add("changed " + entry.key.bindIndex() + " " + entry.reply.portName());
            }

            @Override
            public void gone(ArtNetController.Entry entry) {
              told.add("gone " + entry.key.bindIndex());
            }
          });

  @Test
  void itPollsEveryTwoAndAHalfToThreeSeconds() {
    long last = 0;
    controller.tick(0);
    for (int i = 0; i < 20; i++) {
      long next = controller.tick(last);
      assertThat(next - last).isBetween(2_500_000_000L, 3_000_000_000L);
      assertThat(controller.tick(next - 1)).isEqualTo(next);
      last = next;
    }
    assertThat(wire.of(ArtPoll.class)).hasSize(20);
    assertThat(wire.of(ArtPoll.class).getFirst().replyOnChange()).isTrue();
    assertThat(wire.all).allMatch(sent -> sent.to().equals(EVERYBODY));
  }

  @Test
  void aNodeIsToldOnceAndWhenItSaysSomethingElse() {
    ArtPollReply reply = Samples.reply();
    controller.replied(reply, NODE, 0);
    controller.replied(reply, NODE, SECOND);
    assertThat(told).containsExactly("changed 2 CLASP");

    byte[] octets = ArtNetEncoder.encode(reply);
    octets[26] = 'X';
    octets[109] = '7';
    controller.replied(
        (ArtPollReply) ArtNetDecoder.decode(octets, octets.length), NODE, 2 * SECOND);

    assertThat(told).containsExactly("changed 2 CLASP", "changed 2 XLASP");
    assertThat(controller.nodes()).hasSize(1);
  }

  @Test
  void levelsGoToThosePortsThatAreOutputs() {
    controller.replied(Samples.reply(), new InetSocketAddress(NODE.getAddress(), 40_000), 0);

    // At the port of Art-Net, wherever it replies from.
    assertThat(controller.subscribers(0x1231)).containsExactly(NODE);
    assertThat(controller.subscribers(0x123F)).containsExactly(NODE);
    // An input is no output.
    assertThat(controller.subscribers(0x1232)).isEmpty();
  }

  @Test
  void aNodeThatMissesThreePollsIsGone() {
    controller.tick(0);
    controller.replied(Samples.reply(), NODE, 0);
    controller.tick(8 * SECOND);
    assertThat(controller.nodes()).hasSize(1);

    controller.tick(10 * SECOND + SECOND);

    assertThat(told).containsExactly("changed 2 CLASP", "gone 2");
    assertThat(controller.subscribers(0x1231)).isEmpty();
  }

  @Test
  void aNetworkFullOfLiesFillsNoMemory() {
    byte[] octets = ArtNetEncoder.encode(Samples.reply());
    int refused = 0;
    for (int i = 0; i < 10_000; i++) {
      octets[211] = (byte) (1 + i % 250);
      ArtPollReply reply = (ArtPollReply) ArtNetDecoder.decode(octets, octets.length);
      boolean taken = controller.replied(reply, SentPackets.at("10." + i / 250 + ".0.1"), 0);
      refused += taken ? 0 : 1;
    }

    assertThat(controller.nodes()).hasSize(2_048);
    assertThat(refused).isEqualTo(1);
  }
}
