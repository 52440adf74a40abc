package dev.clasp.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.discovery.Advertisement;
import dev.clasp.discovery.MdnsNetwork;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.testkit.FreePort;
import dev.clasp.transport.UdpConfig;
import dev.clasp.transport.UdpServer;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What announces a server on the local network; all of it on 127.0.0.1. */
@Timeout(120)
class LanCompanionsTest {

  private static final UUID ID = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
  private static final InetAddress LOCAL = InetAddress.getLoopbackAddress();
  private static final ServerConfig ANY_PORT = ServerConfig.DEFAULT.withPort(0).withLoops(1);

  private static Companion.Factory broadcast(int port) {
    return BroadcastCompanion.factory(ID, Optional.of("Stage"), port);
  }

  private static Message.Welcome ask(int port, String name) throws Exception {
    byte[] probe =
        FrameCodec.encode(new Message.Hello(1, Set.of(), name, Optional.empty(), Optional.empty()));
    try (DatagramSocket socket = new DatagramSocket(0, LOCAL)) {
      socket.setSoTimeout(20_000);
      socket.send(new DatagramPacket(probe, probe.length, LOCAL, port));
      DatagramPacket reply = new DatagramPacket(new byte[2048], 2048);
      socket.receive(reply);
      return (Message.Welcome) FrameCodec.decode(reply.getData(), 0, reply.getLength()).message();
    }
  }

  @Test
  void aServerAnswersProbesWithItsIdAndSaysSoInItsCounters() throws Exception {
    try (ClaspServer server = ClaspServer.start(ANY_PORT.withCompanions(List.of(broadcast(0))))) {
      BroadcastCompanion companion = (BroadcastCompanion) server.companions().getFirst();
      Message.Welcome welcome = ask(companion.address().orElseThrow().getPort(), "Discovery");
      assertThat(welcome.session()).isEqualTo(ID.toString());
      assertThat(welcome.name()).isEqualTo("Stage");
      assertThat(companion.counters()).containsEntry("probes", 1L).containsEntry("replies", 1L);
    }
  }

  @Test
  void aPortThatIsTakenDoesNotStopTheServer() throws Exception {
    try (DatagramSocket taken = new DatagramSocket(0, LOCAL);
        ClaspServer server =
            ClaspServer.start(ANY_PORT.withCompanions(List.of(broadcast(taken.getLocalPort()))))) {
      assertThat(server.companions().getFirst().counters()).containsEntry("probes", 0L);
      assertThat(server.address().getPort()).isPositive();
    }
  }

  @Test
  void probesToTheUdpPortOfTheServerAreAnsweredThereAndSessionsGoOn() throws Exception {
    int port = FreePort.find();
    ServerConfig config =
        ANY_PORT
            .withNetwork(
                NetworkConfig.DEFAULT.withListeners(
                    List.of(
                        UdpServer.factory(UdpConfig.of("127.0.0.1", port).withValidate(false)))))
            .withCompanions(List.of(broadcast(port)));
    try (ClaspServer server = ClaspServer.start(config)) {
      assertThat(ask(port, "Discovery").session()).isEqualTo(ID.toString());
      // Any other HELLO is somebody who wants a session.
      assertThat(ask(port, "desk").session()).isNotEqualTo(ID.toString());
      assertThat(server.companions().getFirst().counters()).containsEntry("replies", 1L);
    }
  }

  @Test
  void aServerForThisMachineAloneIsNotAnnouncedByMdns() {
    try (ClaspServer server =
        ClaspServer.start(
            ANY_PORT.withCompanions(
                List.of(MdnsCompanion.factory(ID, Optional.empty(), MdnsNetwork.ALL))))) {
      assertThat(server.companions().getFirst().counters()).containsEntry("announced", 0L);
    }
  }

  @Test
  void saysWhereItListensAndWhatItIs() {
    ServerConfig config =
        ANY_PORT.withNetwork(
            NetworkConfig.DEFAULT.withListeners(
                List.of(UdpServer.factory(UdpConfig.of("127.0.0.1", 0)))));
    try (ClaspServer server = ClaspServer.start(config)) {
      Advertisement what = ServerAdvertisement.of(server, ID, Optional.empty());
      int port = server.address().getPort();
      assertThat(what.name()).isEqualTo("CLASP Router");
      assertThat(what.tls()).isFalse();
      assertThat(what.ports())
          .containsEntry("ws", port)
          .containsEntry("tcp", port)
          .containsKey("udp")
          .hasSize(3);
      assertThat(ServerAdvertisement.only(server)).contains(LOCAL);
      assertThat(Map.copyOf(what.ports()).get("udp")).isPositive();
    }
  }
}
