package dev.clasp.bridgeartnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtDmx;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtPoll;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtPollReply;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtSync;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtTimeCode;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtTrigger;
import dev.clasp.dmx.GoneParameters;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.rdm.Uid;
import dev.clasp.testkit.Eventually;
import dev.clasp.testkit.FreePort;
import dev.clasp.transform.MappedSignal;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Endpoints on this machine, each with an address of its own in 127.0.0.0/8. */
class ArtNetEndpointTest {

  private static final int PATIENCE_MILLIS = 20_000;
  private static final String DESK = "127.0.0.2";
  private static final String STAGE = "127.0.0.3";
  private static final String OTHER = "127.0.0.4";

  private final List<AutoCloseable> open = new ArrayList<>();
  private final int port = FreePort.find();
  private final RealContext desk = new RealContext("desk");
  private final RealContext stage = new RealContext("stage");

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private ArtNetEndpoint start(String address, RealContext context, Map<String, Value> settings) {
    Map<String, Value> all = new LinkedHashMap<>();
    all.put("bind", Value.of(address + ":" + port));
    all.putAll(settings);
    ArtNetEndpoint endpoint =
        new ArtNetEndpoint(
            ArtNetConfig.of(BridgeSettings.of(ArtNetConfig.SETTINGS, all), TypeProfile.COMPATIBLE),
            context,
            new Random(1));
    open.add(endpoint);
    endpoint.start();
    return endpoint;
  }

  /** A peer made of a socket. */
  private final class RawPeer implements AutoCloseable {
    private final DatagramSocket socket;

    RawPeer(String address) throws IOException {
      socket = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral(address), port));
      socket.setSoTimeout(PATIENCE_MILLIS);
      open.add(this);
    }

    void send(byte[] octets, String to) throws IOException {
      socket.send(new DatagramPacket(octets, octets.length, InetAddress.ofLiteral(to), port));
    }

    void send(ArtNetPacket packet, String to) throws IOException {
      send(ArtNetEncoder.encode(packet), to);
    }

    ArtNetPacket next() throws IOException {
      DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
      socket.receive(packet);
      return ArtNetDecoder.decode(packet.getData(), packet.getLength());
    }

    <P extends ArtNetPacket> P next(Class<P> kind) throws IOException {
      while (true) {
        ArtNetPacket packet = next();
        if (kind.isInstance(packet)) {
          return kind.cast(packet);
        }
      }
    }

    @Override
    public void close() {
      socket.close();
    }
  }

  private static Parcel set(Object... pathsAndValues) {
    List<MappedSignal> signals = new ArrayList<>();
    for (int i = 0; i < pathsAndValues.length; i += 2) {
      signals.add(
          new MappedSignal(
              (String) pathsAndValues[i], SignalType.PARAM, (Value) pathsAndValues[i + 1]));
    }
    return new Parcel(signals, true, OptionalLong.empty(), Optional.empty());
  }

  @Test
  void oneBridgeFindsTheOtherAndSendsItWhatItAsksFor() {
    ArtNetEndpoint sender =
        start(DESK, desk, Map.of("poll", Value.of(STAGE), "universes", Value.of("9")));
    start(STAGE, stage, Map.of("universes", Value.of("5-6"), "short_name", Value.of("stage")));
    desk.awaitParameter("/$nodes/" + STAGE + "/1/name", Value.of("stage"));

    sender.send(set("/5/47", Value.of(200), "/0/0/6/1", Value.TRUE, "/7/1", Value.of(9)));

    stage.awaitParameter("/5/47", Value.of(200));
    stage.awaitParameter("/5/46", Value.of(0));
    stage.awaitParameter("/6/1", Value.of(255));
    assertThat(stage.parameters).doesNotContainKey("/7/1");
    assertThat(desk.parameters.get("/$nodes/" + STAGE + "/1/outputs"))
        .isEqualTo(Value.of(List.of(Value.of(5), Value.of(6))));
  }

  @Test
  void levelsComeAsTheStandardSaysAndAgainAfterASecond() throws IOException {
    RawPeer node = new RawPeer(STAGE);
    ArtNetEndpoint sender =
        start(DESK, desk, Map.of("targets", Value.of(STAGE), "controller", Value.FALSE));

    sender.send(set("/16/1", Value.of(255), "/16/512", Value.of(7)));

    ArtDmx first = node.next(ArtDmx.class);
    assertThat(first.portAddress()).isEqualTo(16);
    assertThat(first.data()).hasSize(512);
    assertThat(first.data()[0]).isEqualTo((byte) 255);
    assertThat(first.data()[511]).isEqualTo((byte) 7);
    int sequence = first.sequence();
    assertThat(sequence).isPositive();
    long before = System.nanoTime();
    long longest = 0;
    for (int i = 0; i < 6; i++) {
      ArtDmx next = node.next(ArtDmx.class);
      sequence = sequence % 255 + 1;
      assertThat(next.sequence()).isEqualTo(sequence);
      longest = Math.max(longest, System.nanoTime() - before);
      before = System.nanoTime();
    }
    // Art-Net 4: 800 to 1000 ms; a machine that is busy may take any time longer.
    assertThat(longest).isGreaterThan(790_000_000L);
  }

  @Test
  void syncFollowsFramesThatBelongTogether() throws IOException {
    RawPeer node = new RawPeer(STAGE);
    ArtNetEndpoint sender =
        start(
            DESK,
            desk,
            Map.of("targets", Value.of(STAGE), "controller", Value.FALSE, "sync", Value.TRUE));

    sender.send(set("/1/1", Value.of(1), "/2/1", Value.of(2)));

    assertThat(((ArtDmx) node.next()).portAddress()).isEqualTo(1);
    assertThat(((ArtDmx) node.next()).portAddress()).isEqualTo(2);
    assertThat(node.next()).isInstanceOf(ArtSync.class);
  }

  @Test
  void theLastFrameIsFollowedBySyncToo() throws IOException {
    RawPeer node = new RawPeer(STAGE);
    ArtNetEndpoint sender =
        start(
            DESK,
            desk,
            Map.of(
                "targets",
                Value.of(STAGE),
                "controller",
                Value.FALSE,
                "sync",
                Value.TRUE,
                "on_stop",
                Value.of("blackout")));
    sender.send(set("/1/1", Value.of(255)));
    assertThat(node.next(ArtDmx.class).data()[0]).isEqualTo((byte) 255);

    sender.close();

    while (node.next(ArtDmx.class).data()[0] != 0) {
      // Repeats of before.
    }
    assertThat(node.next()).isInstanceOf(ArtSync.class);
  }

  @Test
  void whoFailsWithOneDatagramHearsTheNext() throws IOException {
    BlockingQueue<Integer> heard = new LinkedBlockingQueue<>();
    ArtNetSocket socket =
        new ArtNetSocket(
            new InetSocketAddress(InetAddress.ofLiteral(STAGE), port),
            "",
            stage,
            (_, length, _) -> {
              if (length == 1) {
                throw new IllegalStateException("one");
              }
              heard.add(length);
            });
    open.add(socket);
    socket.start();
    RawPeer peer = new RawPeer(DESK);
    peer.send(new byte[1], STAGE);
    peer.send(new byte[2], STAGE);

    assertThat(stage.awaitToldOf("could not be handled")).startsWith("dropped");
    try {
      assertThat(heard.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isEqualTo(2);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void twoSourcesAreMergedAndOneThatIsSilentIsForgotten() throws IOException {
    RawPeer one = new RawPeer(DESK);
    RawPeer two = new RawPeer(OTHER);
    RawPeer three = new RawPeer("127.0.0.5");
    start(STAGE, stage, Map.of("universes", Value.of("1")));
    byte[] low = {10, (byte) 200};
    byte[] high = {100, 20};
    one.send(new ArtDmx(0, 0, 1, low), STAGE);
    stage.awaitParameter("/1/2", Value.of(200));
    two.send(new ArtDmx(0, 0, 1, high), STAGE);

    stage.awaitParameter("/1/1", Value.of(100));
    assertThat(stage.parameters).containsEntry("/1/2", Value.of(200));
    // Art-Net merges two.
    three.send(new ArtDmx(0, 0, 1, new byte[] {(byte) 255, (byte) 255}), STAGE);
    stage.awaitToldOf("left out");

    // The console asks for the latest instead.
    one.send(
        new ArtNetPacket.ArtAddress(0x7F, 1, "", "", new byte[4], new byte[4], 0, 255, 0x10),
        STAGE);
    stage.awaitParameter("/1/2", Value.of(20));
    one.next(ArtPollReply.class);

    // Time passes, and only one still sends.
    stage.ahead.addAndGet(6_000_000_000L);
    one.send(new ArtDmx(0, 0, 1, low), STAGE);
    stage.awaitToldOf("error");
    stage.ahead.addAndGet(5_000_000_000L);
    one.send(new ArtDmx(0, 0, 1, low), STAGE);
    stage.awaitParameter("/1/1", Value.of(10));
    stage.awaitParameter("/1/2", Value.of(200));
  }

  @Test
  void pollsAreAnswered() throws IOException {
    start(STAGE, stage, Map.of("universes", Value.of("3")));
    RawPeer console = new RawPeer(DESK);

    console.send(new ArtPoll(0, 0, 0, 0, 0, 0), STAGE);

    ArtPollReply reply = console.next(ArtPollReply.class);
    assertThat(reply.ip()).containsExactly(127, 0, 0, 3);
    assertThat(reply.portName()).isEqualTo("CLASP");
    assertThat(ArtNetController.outputs(reply)).containsExactly(3);
  }

  @Test
  void timeAndTriggersGoBothWays() throws IOException {
    RawPeer peer = new RawPeer(STAGE);
    ArtNetEndpoint endpoint =
        start(DESK, desk, Map.of("targets", Value.of(STAGE), "controller", Value.FALSE));
    peer.send(new ArtTimeCode(0, 1, 2, 3, 4, 1), DESK);
    Value time = desk.awaitSignal("/timecode");
    assertThat(time)
        .isEqualTo(
            Value.of(
                Map.of(
                    "time", Value.of("01:02:03:04"),
                    "rate", Value.of(25.0),
                    "stream", Value.of(0))));
    peer.send(new ArtTrigger(0xFFFF, 3, 7, new byte[0]), DESK);
    Value trigger = desk.awaitSignal("/trigger");
    assertThat(trigger)
        .isEqualTo(Value.of(Map.of("key", Value.of("show"), "sub_key", Value.of(7))));

    endpoint.send(set("/timecode", time, "/trigger", trigger));

    assertThat(peer.next(ArtTimeCode.class)).isEqualTo(new ArtTimeCode(0, 1, 2, 3, 4, 1));
    ArtTrigger back = peer.next(ArtTrigger.class);
    assertThat(back.key()).isEqualTo(3);
    assertThat(back.subKey()).isEqualTo(7);
    endpoint.send(set("/timecode", Value.of("25:00:00:00")));
    desk.awaitToldOf("/timecode takes");
  }

  @Test
  void datagramsThatAreWrongDoNothing() throws IOException {
    start(STAGE, stage, Map.of("universes", Value.of("1")));
    RawPeer peer = new RawPeer(DESK);
    Random random = new Random(3);
    List<byte[]> samples =
        Samples.all()
            // These may be right and change something.
            .filter(packet -> !(packet instanceof ArtDmx))
            .map(ArtNetEncoder::encode)
            .toList();
    for (int i = 0; i < 3_000; i++) {
      byte[] octets = samples.get(i % samples.size()).clone();
      for (int flips = 0; flips < 4; flips++) {
        octets[random.nextInt(octets.length)] = (byte) random.nextInt();
      }
      peer.send(java.util.Arrays.copyOf(octets, random.nextInt(octets.length + 1)), STAGE);
    }
    peer.send(new byte[1_400], STAGE);

    // Of so many at once some get lost, and so may these.
    Eventually.is(
        () -> "levels come; told " + stage.told,
        () -> {
          try {
            peer.send(new ArtDmx(0, 0, 1, new byte[] {42, 43}), STAGE);
          } catch (IOException e) {
            throw new AssertionError(e);
          }
          return Value.of(42).equals(stage.parameters.get("/1/1"));
        });
    assertThat(stage.told).noneMatch(text -> text.startsWith("failed"));
  }

  @Test
  void devicesOfRdmAreFoundBehindANodeAndSet() throws Exception {
    RawPeer node = new RawPeer(STAGE);
    Uid uid = Uid.parse("7a70:0000002a");
    EmulatedGateway gateway = new EmulatedGateway(200, uid);
    Thread.ofVirtual().start(() -> answer(node, gateway));
    ArtNetEndpoint endpoint = start(DESK, desk, Map.of("poll", Value.of(STAGE), "rdm", Value.TRUE));
    desk.awaitParameter("/$rdm/" + uid + "/model", Value.of("Par 64"));
    desk.awaitParameter("/$rdm/" + uid + "/start_address", Value.of(1));

    endpoint.send(set("/$rdm/" + uid + "/start_address", Value.of(33)));

    desk.awaitParameter("/$rdm/" + uid + "/start_address", Value.of(33));
    assertThat(gateway.lamp(uid).startAddress()).isEqualTo(33);
  }

  private static void answer(RawPeer node, EmulatedGateway gateway) {
    try {
      while (true) {
        ArtNetPacket packet = node.next();
        if (packet instanceof ArtPoll) {
          node.send(EmulatedGateway.reply(), DESK);
        }
        for (ArtNetPacket each : gateway.take(packet)) {
          node.send(each, DESK);
        }
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  @Test
  void aPortThatIsTakenIsTold() throws IOException {
    new RawPeer(STAGE);

    assertThatThrownBy(() -> start(STAGE, stage, Map.of()))
        .isInstanceOf(BridgeException.class)
        .hasMessageContaining("taken by another program");
  }

  @Test
  void aNodeThatIsAwayForFiveMinutesIsDeleted() throws IOException {
    start(STAGE, stage, Map.of("universes", Value.of("1")));
    RawPeer peer = new RawPeer(DESK);
    peer.send(Samples.reply(), STAGE);
    String node = "/$nodes/" + DESK + "/2/";
    stage.awaitParameter(node + "name", Value.of("CLASP"));

    stage.ahead.addAndGet(20_000_000_000L);
    stage.awaitParameter(node + "online", Value.FALSE);
    assertThat(stage.parameters).containsEntry(node + "name", Value.of("CLASP"));
    stage.ahead.addAndGet(GoneParameters.KEEP_NANOS);

    stage.awaitParameter(node + "name", Value.NULL);
    stage.awaitParameter(node + "online", Value.NULL);
  }

  @Test
  void detailsTellNodesAndSources() throws IOException {
    ArtNetEndpoint endpoint = start(STAGE, stage, Map.of("universes", Value.of("1")));
    RawPeer peer = new RawPeer(DESK);
    peer.send(new ArtDmx(0, 0, 1, new byte[] {42, 43}), STAGE);
    peer.send(Samples.reply(), STAGE);
    stage.awaitParameter("/$nodes/" + DESK + "/2/name", Value.of("CLASP"));
    stage.awaitParameter("/1/1", Value.of(42));

    Map<String, Value> details = endpoint.details();

    assertThat(details.get("udp_port")).isEqualTo(Value.of(port));
    assertThat(String.valueOf(details.get("nodes"))).contains("CLASP for Java");
    assertThat(String.valueOf(details.get("sources"))).contains(DESK);
  }
}
