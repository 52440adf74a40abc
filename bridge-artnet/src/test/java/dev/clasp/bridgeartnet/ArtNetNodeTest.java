package dev.clasp.bridgeartnet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridgeartnet.ArtNetPacket.ArtAddress;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtInput;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtIpProg;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtIpProgReply;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtPoll;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtPollReply;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a node tells, with time by hand. */
class ArtNetNodeTest {

  private static final long SECOND = 1_000_000_000L;
  private static final InetSocketAddress CONSOLE = SentPackets.at("10.0.0.9");
  private static final ArtPoll POLL = new ArtPoll(0, 0, 0, 0, 0, 0);

  private final SentPackets wire = new SentPackets();
  private final Set<Integer> received = new HashSet<>();
  private final List<String> orders = new ArrayList<>();

  private final PortState state =
      new PortState() {
        @Override
        public boolean receives(int portAddress) {
          return received.contains(portAddress);
        }

        @Override
        public boolean merges(int portAddress) {
          return false;
        }

        @Override
        public boolean latestWins(int portAddress) {
          return portAddress == 2;
        }

        @Override
        public boolean sends(int portAddress) {
          return true;
        }
      };

  private final ArtNetNode.Orders taken =
      new ArtNetNode.Orders() {
        @Override
        public void cancelMerge(Collection<Integer> portAddresses) {
          orders.add("cancel " + portAddresses);
        }

        @Override
        public void merge(int portAddress, boolean latestWins) {
          orders.add((latestWins ? "ltp " : "htp ") + portAddress);
        }
      };

  private final ArtNetNode node =
      new ArtNetNode(
          new NodeIdentity(
              () ->
                  List.of(
                      new NodeIdentity.Local(
                          (Inet4Address) InetAddress.ofLiteral("192.168.1.5"), 24, new byte[6]),
                      new NodeIdentity.Local(
                          (Inet4Address) InetAddress.ofLiteral("10.0.0.5"), 8, new byte[6])),
              ArtNetConfig.PORT,
              "CLASP",
              "CLASP bridge"),
          state,
          taken,
          wire,
          new Random(1));

  private List<ArtPollReply> replies() {
    return wire.of(ArtPollReply.class);
  }

  private void ports(List<Integer> outputs, List<Integer> inputs) {
    node.ports(outputs, inputs, 0);
    node.tick(SECOND);
  }

  @Test
  void aPollIsAnsweredWithinASecondByTheAddressOfThatNetwork() {
    ports(List.of(0, 1), List.of(1));

    node.polled(POLL, CONSOLE, SECOND);
    long due = node.tick(SECOND);
    assertThat(replies()).isEmpty();
    assertThat(due).isBetween(SECOND, 2 * SECOND);
    node.tick(due);

    assertThat(replies()).hasSize(1);
    ArtPollReply reply = replies().getFirst();
    assertThat(reply.ip()).containsExactly(10, 0, 0, 5);
    assertThat(reply.numPorts()).isEqualTo(2);
    assertThat(ArtNetController.outputs(reply)).containsExactly(0, 1);
    assertThat(ArtNetController.inputs(reply)).containsExactly(1);
    assertThat(wire.all.getFirst().to()).isEqualTo(CONSOLE);
    // Not again.
    assertThat(node.tick(due + SECOND)).isEqualTo(Long.MAX_VALUE);
    assertThat(replies()).hasSize(1);
  }

  @Test
  void whoPollsFromAnotherPortIsAnsweredThereAsWell() {
    ports(List.of(0), List.of());
    node.polled(POLL, new InetSocketAddress(CONSOLE.getAddress(), 50_000), 0);
    node.tick(SECOND);

    assertThat(wire.all.stream().map(sent -> sent.to().getPort())).containsExactly(6454, 50_000);
  }

  @Test
  void fourPortsOfOneSubNetAreAPage() {
    ports(IntStream.rangeClosed(14, 21).boxed().toList(), List.of(0x7FFF));
    node.polled(POLL, CONSOLE, 0);
    node.tick(SECOND);

    assertThat(replies()).extracting(ArtPollReply::bindIndex).containsExactly(1, 2, 3, 4);
    assertThat(replies().stream().map(ArtNetController::outputs).flatMap(Set::stream))
        .containsExactly(14, 15, 16, 17, 18, 19, 20, 21);
    assertThat(ArtNetController.inputs(replies().getLast())).containsExactly(0x7FFF);
  }

  @Test
  void manyPollsOfOneConsoleMakeOneReply() {
    ports(List.of(0), List.of());
    for (int i = 0; i < 1000; i++) {
      node.polled(POLL, CONSOLE, i);
    }
    node.tick(2 * SECOND);

    assertThat(replies()).hasSize(1);
  }

  @Test
  void whoAsksForItHearsOfChanges() {
    ports(List.of(0), List.of());
    node.polled(new ArtPoll(2, 0, 0, 0, 0, 0), CONSOLE, 0);
    node.polled(POLL, SentPackets.at("10.0.0.8"), 0);
    node.tick(2 * SECOND);
    wire.all.clear();

    received.add(0);
    node.changed(2 * SECOND);
    node.tick(3 * SECOND);

    assertThat(wire.all).hasSize(1);
    assertThat(wire.all.getFirst().to()).isEqualTo(CONSOLE);
    assertThat(replies().getFirst().ports().getFirst().goodOutputA() & 0x80).isEqualTo(0x80);
  }

  @Test
  void aTargetedPollIsForPagesWithinItsRange() {
    ports(List.of(0, 16, 32), List.of());
    node.polled(new ArtPoll(ArtPoll.TARGETED, 0, 20, 10, 0, 0), CONSOLE, 0);
    node.tick(SECOND);

    assertThat(replies()).singleElement().returns(2, ArtPollReply::bindIndex);
  }

  @Test
  void aConsoleNamesItAndChoosesTheMerge() {
    ports(List.of(1, 2), List.of());
    node.address(address("stage left", "Stage left, behind the curtain", 0x51), CONSOLE, 0);
    node.address(address("", "", 0x10), CONSOLE, 0);
    node.address(address("", "", 0x01), CONSOLE, 0);
    node.address(address("", "", 0x13), CONSOLE, 0);

    assertThat(orders).containsExactly("htp 2", "ltp 1", "cancel [1, 2]");
    assertThat(replies().getLast().portName()).isEqualTo("stage left");
    assertThat(replies().getLast().longName()).isEqualTo("Stage left, behind the curtain");
    assertThat(replies().getLast().ports().get(1).goodOutputA() & 2).isEqualTo(2);
  }

  private static ArtAddress address(String name, String longName, int command) {
    return new ArtAddress(0x7F, 1, name, longName, new byte[4], new byte[4], 0, 255, command);
  }

  @Test
  void aConsoleSwitchesInputsOff() {
    ports(List.of(), List.of(4, 5));
    node.input(new ArtInput(1, 4, new byte[] {0, 1, 0, 0}), CONSOLE, 0);

    assertThat(node.isDisabled(4)).isFalse();
    assertThat(node.isDisabled(5)).isTrue();
    node.input(new ArtInput(1, 4, new byte[4]), CONSOLE, 0);
    assertThat(node.isDisabled(5)).isFalse();
  }

  @Test
  void addressesAreToldButNotTaken() {
    node.ipProg(new ArtIpProg(0x87, new byte[4], new byte[4], new byte[4]), CONSOLE);

    ArtIpProgReply reply = wire.of(ArtIpProgReply.class).getFirst();
    assertThat(reply.ip()).containsExactly(10, 0, 0, 5);
    assertThat(reply.mask()).containsExactly(255, 0, 0, 0);
  }
}
