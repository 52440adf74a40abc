package dev.clasp.bridgeosc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridge.spi.TypeProfile;
import dev.clasp.bridgetestkit.FakeContext;
import dev.clasp.osc.OscArgument;
import dev.clasp.osc.OscArgument.Float32;
import dev.clasp.osc.OscArgument.Float64;
import dev.clasp.osc.OscArgument.Int32;
import dev.clasp.osc.OscBundle;
import dev.clasp.osc.OscCodec;
import dev.clasp.osc.OscException;
import dev.clasp.osc.OscFrames;
import dev.clasp.osc.OscFraming;
import dev.clasp.osc.OscMessage;
import dev.clasp.osc.OscPacket;
import dev.clasp.osc.OscTimeTag;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.FreePort;
import dev.clasp.transform.MappedSignal;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The endpoint with real sockets on this machine. */
class OscEndpointTest {

  private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");
  private static final int PATIENCE_MILLIS = 20_000;

  /** The time of day, as senders have it. */
  private static final long NOW = 1_704_067_200_000_000L;

  private final FakeContext context = new FakeContext();
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private OscEndpoint endpoint(Map<String, Value> settings) {
    Map<String, Value> all = new java.util.LinkedHashMap<>(Map.of("bind", Value.of("127.0.0.1:0")));
    all.putAll(settings);
    OscEndpoint endpoint =
        new OscEndpoint(
            OscConfig.of(BridgeSettings.of(OscConfig.SETTINGS, all)), context, () -> NOW);
    open.add(endpoint);
    return endpoint;
  }

  private OscEndpoint started(Map<String, Value> settings) {
    OscEndpoint endpoint = endpoint(settings);
    endpoint.start();
    return endpoint;
  }

  private static int udpPort(OscEndpoint endpoint) {
    return (int) ((Value.Int) endpoint.details().getOrDefault("udp_port", Value.of(0))).value();
  }

  private static int tcpPort(OscEndpoint endpoint) {
    return (int) ((Value.Int) endpoint.details().getOrDefault("tcp_port", Value.of(0))).value();
  }

  private DatagramSocket socket() throws IOException {
    DatagramSocket socket = new DatagramSocket(0, HERE);
    socket.setSoTimeout(PATIENCE_MILLIS);
    open.add(socket);
    return socket;
  }

  private static void send(DatagramSocket from, byte[] bytes, int port) throws IOException {
    from.send(new DatagramPacket(bytes, bytes.length, HERE, port));
  }

  private static void send(DatagramSocket from, OscPacket packet, int port) throws IOException {
    send(from, OscCodec.encode(packet), port);
  }

  private static OscPacket receive(DatagramSocket at) throws IOException, OscException {
    DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
    at.receive(packet);
    return OscCodec.decode(packet.getData(), 0, packet.getLength());
  }

  private static Value target(DatagramSocket socket) {
    return Value.of("127.0.0.1:" + socket.getLocalPort());
  }

  private static MappedSignal param(String address, Value value) {
    return new MappedSignal(address, SignalType.PARAM, value);
  }

  // --- receiving ---------------------------------------------------------------------------------

  @Test
  void messagesBecomeParameters() throws Exception {
    OscEndpoint endpoint = started(Map.of());
    DatagramSocket sender = socket();
    send(sender, new OscMessage("/1/fader1", new Float32(0.75f)), udpPort(endpoint));
    Parcel parcel = context.next();
    assertThat(parcel.signals()).containsExactly(param("/1/fader1", Value.of(0.75)));
    assertThat(parcel.peer()).contains("127.0.0.1:" + sender.getLocalPort());
    assertThat(parcel.timeMicros()).isEmpty();
    assertThat(context.bytesIn).hasValue(20);
    assertThat(context.told)
        .singleElement()
        .asString()
        .startsWith("up listening on udp 127.0.0.1:");
  }

  @Test
  void theStandardProfileKnowsEvents() throws Exception {
    context.profile = TypeProfile.STANDARD;
    OscEndpoint endpoint = started(Map.of());
    send(socket(), new OscMessage("/cue/go"), udpPort(endpoint));
    assertThat(context.next().signals())
        .containsExactly(new MappedSignal("/cue/go", SignalType.EVENT, Value.NULL));
  }

  @Test
  void rubbishIsCountedAndTheNextMessageComes() throws Exception {
    OscEndpoint endpoint = started(Map.of());
    DatagramSocket sender = socket();
    send(sender, new byte[0], udpPort(endpoint));
    send(sender, new byte[] {1, 2, 3}, udpPort(endpoint));
    send(sender, new OscMessage("/a\u0001"), udpPort(endpoint));
    send(sender, new OscMessage("/a"), udpPort(endpoint));
    assertThat(context.next().signals()).containsExactly(param("/a", Value.NULL));
    assertThat(context.told.stream().filter(each -> each.startsWith("dropped"))).hasSize(3);
  }

  @Test
  void forbiddenCharactersAreDecoded() throws Exception {
    OscEndpoint endpoint = started(Map.of());
    send(socket(), new OscMessage("/a%20b"), udpPort(endpoint));
    assertThat(context.next().signals()).containsExactly(param("/a b", Value.NULL));
  }

  @Test
  void bundlesComeTogetherAndInTheirTime() throws Exception {
    OscEndpoint endpoint = started(Map.of());
    OscBundle late =
        new OscBundle(OscTimeTag.ofUnixMicros(NOW + 2_000_000), List.of(new OscMessage("/late")));
    OscBundle same = new OscBundle(OscTimeTag.IMMEDIATELY, List.of(new OscMessage("/b")));
    send(
        socket(),
        new OscBundle(
            OscTimeTag.ofUnixMicros(NOW + 1_000_000),
            List.of(new OscMessage("/a"), same, late, new OscMessage("/c"))),
        udpPort(endpoint));
    Parcel first = context.next();
    assertThat(first.signals().stream().map(MappedSignal::address))
        .containsExactly("/a", "/b", "/c");
    assertThat(first.atomic()).isTrue();
    assertThat(first.timeMicros()).hasValue(context.routerMicros + 1_000_000);
    Parcel second = context.next();
    assertThat(second.signals()).containsExactly(param("/late", Value.NULL));
    assertThat(second.timeMicros()).hasValue(context.routerMicros + 2_000_000);
  }

  @Test
  void whatIsLateHappensAtOnceAndWrongClocksToo() throws Exception {
    OscEndpoint endpoint = started(Map.of());
    DatagramSocket sender = socket();
    for (long micros : new long[] {NOW - 1, 0, NOW + 3_600_000_000L}) {
      send(
          sender,
          new OscBundle(OscTimeTag.ofUnixMicros(micros), List.of(new OscMessage("/a"))),
          udpPort(endpoint));
      assertThat(context.next().timeMicros()).isEmpty();
    }
    assertThat(context.awaitTold("error")).contains("3600 s ahead").contains("time_limit");
  }

  @Test
  void patternsGoToAllThatAreKnown() throws Exception {
    OscEndpoint endpoint = started(Map.of());
    DatagramSocket sender = socket();
    send(sender, new OscMessage("/ch/1/mute"), udpPort(endpoint));
    context.next();
    endpoint.send(Parcel.of(param("/ch/2/mute", Value.TRUE)));
    send(sender, new OscMessage("/ch/*/mute", new Int32(1)), udpPort(endpoint));
    assertThat(context.next().signals())
        .containsExactly(param("/ch/1/mute", Value.of(1)), param("/ch/2/mute", Value.of(1)));
    send(sender, new OscMessage("/other/*"), udpPort(endpoint));
    assertThat(context.awaitTold("dropped")).contains("no address is known").contains("/other/*");
  }

  @Test
  void patternsCanBeAddresses() throws Exception {
    OscEndpoint endpoint = started(Map.of("patterns", Value.of("expand-or-literal")));
    send(socket(), new OscMessage("/ch/*"), udpPort(endpoint));
    assertThat(context.next().signals()).containsExactly(param("/ch/%2A", Value.NULL));
  }

  @Test
  void aSmallPatternMakesNoStorm() throws Exception {
    OscEndpoint endpoint = started(Map.of());
    for (int i = 0; i <= Inbound.MAX_EXPANDED; i++) {
      endpoint.send(Parcel.of(param("/x/" + i, Value.NULL)));
    }
    send(socket(), new OscMessage("/x/*"), udpPort(endpoint));
    assertThat(context.awaitTold("dropped")).contains("matches too many addresses");
  }

  @Test
  void onlyWhoIsAllowedMaySend() throws Exception {
    OscEndpoint endpoint = started(Map.of("allow", Value.of("10.0.0.0/8, 192.168.1.7")));
    send(socket(), new OscMessage("/a"), udpPort(endpoint));
    assertThat(context.awaitTold("dropped")).contains("may not send (allow)");
    assertThat(context.parcels).isEmpty();
  }

  @Test
  void multicastComesOverTheChosenInterface() throws Exception {
    OscEndpoint endpoint =
        started(
            Map.of(
                "bind", Value.of("0.0.0.0:0"),
                "multicast", Value.of("239.255.77.1"),
                "interface", Value.of("127.0.0.1")));
    try (DatagramChannel sender = DatagramChannel.open()) {
      sender.setOption(
          StandardSocketOptions.IP_MULTICAST_IF, NetworkInterface.getByInetAddress(HERE));
      sender.send(
          ByteBuffer.wrap(OscCodec.encode(new OscMessage("/m", new Int32(5)))),
          new InetSocketAddress("239.255.77.1", udpPort(endpoint)));
    }
    assertThat(context.next().signals()).containsExactly(param("/m", Value.of(5)));
  }

  // --- sending -----------------------------------------------------------------------------------

  @Test
  void targetsGetWhatTheyWantAsTheyWantIt() throws Exception {
    DatagramSocket plain = socket();
    DatagramSocket wide = socket();
    OscEndpoint endpoint =
        started(
            Map.of(
                "targets",
                Value.of(
                    List.of(
                        target(plain),
                        Value.of(
                            Map.of(
                                "url", target(wide),
                                "filter", Value.of("/lights/**"),
                                "width", Value.of(64)))))));
    assertThat(endpoint.sends()).isTrue();
    endpoint.send(Parcel.of(param("/sound/1", Value.of(1))));
    endpoint.send(Parcel.of(param("/lights/a b", Value.of(0.5))));
    assertThat(receive(plain)).isEqualTo(new OscMessage("/sound/1", new Int32(1)));
    assertThat(receive(plain)).isEqualTo(new OscMessage("/lights/a%20b", new Float32(0.5f)));
    assertThat(receive(wide)).isEqualTo(new OscMessage("/lights/a%20b", new Float64(0.5)));
  }

  @Test
  void whatHappensTogetherIsABundleWithItsTime() throws Exception {
    DatagramSocket receiver = socket();
    OscEndpoint endpoint = started(Map.of("targets", target(receiver)));
    List<MappedSignal> two = List.of(param("/a", Value.of(1)), param("/b", Value.of(2)));
    OscMessage a = new OscMessage("/a", new Int32(1));
    OscMessage b = new OscMessage("/b", new Int32(2));
    endpoint.send(new Parcel(two, true, OptionalLong.empty(), Optional.empty()));
    assertThat(receive(receiver)).isEqualTo(new OscBundle(OscTimeTag.IMMEDIATELY, List.of(a, b)));
    endpoint.send(
        new Parcel(two, true, OptionalLong.of(context.routerMicros + 250_000), Optional.empty()));
    assertThat(receive(receiver))
        .isEqualTo(new OscBundle(OscTimeTag.ofUnixMicros(NOW + 250_000), List.of(a, b)));
    endpoint.send(new Parcel(two, false, OptionalLong.empty(), Optional.empty()));
    assertThat(receive(receiver)).isEqualTo(a);
    assertThat(receive(receiver)).isEqualTo(b);
  }

  @Test
  void whatTheRouterSendsInAMomentIsABundleIfWanted() throws Exception {
    DatagramSocket receiver = socket();
    OscEndpoint endpoint = started(Map.of("targets", target(receiver), "gather", Value.of("2ms")));
    OscMessage a = new OscMessage("/a", new Int32(1));
    OscMessage b = new OscMessage("/b", new Int32(2));
    endpoint.send(Parcel.of(param("/a", Value.of(1))));
    endpoint.send(Parcel.of(param("/b", Value.of(2))));
    context.runScheduled();
    assertThat(receive(receiver)).isEqualTo(new OscBundle(OscTimeTag.IMMEDIATELY, List.of(a, b)));
    endpoint.send(Parcel.of(param("/a", Value.of(1))));
    context.runScheduled();
    assertThat(receive(receiver)).isEqualTo(a);
    // What has a time of its own waits for nobody, and takes what waits with it.
    endpoint.send(Parcel.of(param("/b", Value.of(2))));
    endpoint.send(
        new Parcel(
            List.of(param("/a", Value.of(1)), param("/b", Value.of(2))),
            true,
            OptionalLong.of(context.routerMicros + 250_000),
            Optional.empty()));
    assertThat(receive(receiver)).isEqualTo(b);
    assertThat(receive(receiver))
        .isEqualTo(new OscBundle(OscTimeTag.ofUnixMicros(NOW + 250_000), List.of(a, b)));
    endpoint.send(Parcel.of(param("/a", Value.of(1))));
    endpoint.close();
    assertThat(receive(receiver)).isEqualTo(a);
  }

  @Test
  void bundlesThatAreTooLongLeaveInParts() throws Exception {
    DatagramSocket receiver = socket();
    OscEndpoint endpoint = started(Map.of("targets", target(receiver)));
    List<MappedSignal> many =
        IntStream.range(0, 40).mapToObj(i -> param("/" + i, Value.of(new byte[4000]))).toList();
    endpoint.send(new Parcel(many, true, OptionalLong.empty(), Optional.empty()));
    List<String> addresses = new ArrayList<>();
    while (addresses.size() < many.size()) {
      for (OscPacket element : ((OscBundle) receive(receiver)).elements()) {
        addresses.add(((OscMessage) element).address());
      }
    }
    assertThat(addresses).isEqualTo(many.stream().map(MappedSignal::address).toList());
  }

  @Test
  void bundlesCanBeAvoided() throws Exception {
    DatagramSocket receiver = socket();
    OscEndpoint endpoint = started(Map.of("targets", target(receiver), "bundles", Value.of("off")));
    endpoint.send(
        new Parcel(
            List.of(param("/a", Value.NULL), param("/b", Value.NULL)),
            true,
            OptionalLong.empty(),
            Optional.empty()));
    assertThat(receive(receiver)).isEqualTo(new OscMessage("/a"));
    assertThat(receive(receiver)).isEqualTo(new OscMessage("/b"));
  }

  @Test
  void typesAndRangesHold() throws Exception {
    DatagramSocket receiver = socket();
    OscEndpoint endpoint =
        started(
            Map.of(
                "targets", target(receiver),
                "types", Value.of(Map.of("/ch/*/mute", Value.of("i"))),
                "ranges",
                    Value.of(Map.of("/ch/*/fader", Value.of(List.of(Value.of(0), Value.of(1)))))));
    endpoint.send(Parcel.of(param("/ch/1/mute", Value.TRUE)));
    assertThat(receive(receiver)).isEqualTo(new OscMessage("/ch/1/mute", new Int32(1)));
    endpoint.send(Parcel.of(param("/ch/1/fader", Value.of(1.5))));
    assertThat(receive(receiver)).isEqualTo(new OscMessage("/ch/1/fader", new Float32(1)));
    endpoint.send(
        Parcel.of(
            new MappedSignal("/x", SignalType.PARAM, Value.of(1), Map.of("types", Value.of("f")))));
    assertThat(receive(receiver)).isEqualTo(new OscMessage("/x", new Float32(1)));
    endpoint.send(Parcel.of(param("/ch/1/mute", Value.of("loud"))));
    assertThat(context.awaitTold("dropped")).contains("/ch/1/mute: the text loud cannot be");
    send(receiver, new OscMessage("/ch/1/fader", new Float32(-3)), udpPort(endpoint));
    assertThat(context.next().signals()).containsExactly(param("/ch/1/fader", Value.of(0.0)));
  }

  @Test
  void whoWasHeardGetsAnAnswer() throws Exception {
    OscEndpoint endpoint = started(Map.of("reply", Value.TRUE, "reply_time", Value.of("10s")));
    DatagramSocket peer = socket();
    send(peer, new OscMessage("/hello"), udpPort(endpoint));
    context.next();
    endpoint.send(Parcel.of(param("/a", Value.of(1))));
    assertThat(receive(peer)).isEqualTo(new OscMessage("/a", new Int32(1)));
    assertThat(endpoint.details().get("peers"))
        .isEqualTo(Value.of(List.of(Value.of("127.0.0.1:" + peer.getLocalPort()))));
    context.nanos.addAndGet(11_000_000_000L);
    assertThat(endpoint.details().get("peers")).isEqualTo(Value.of(List.of()));
  }

  @Test
  void answersCanGoToAnotherPort() throws Exception {
    DatagramSocket listens = socket();
    OscEndpoint endpoint =
        started(Map.of("reply", Value.TRUE, "reply_port", Value.of(listens.getLocalPort())));
    send(socket(), new OscMessage("/hello"), udpPort(endpoint));
    send(socket(), new OscMessage("/hello"), udpPort(endpoint));
    context.next();
    context.next();
    endpoint.send(Parcel.of(param("/a", Value.of(1))));
    endpoint.send(Parcel.of(param("/b", Value.of(1))));
    assertThat(receive(listens)).isEqualTo(new OscMessage("/a", new Int32(1)));
    assertThat(receive(listens)).as("once").isEqualTo(new OscMessage("/b", new Int32(1)));
  }

  @Test
  void rubbishMakesNobodyAPeer() throws Exception {
    OscEndpoint endpoint = started(Map.of("reply", Value.TRUE));
    send(socket(), new byte[] {1}, udpPort(endpoint));
    context.awaitTold("dropped");
    assertThat(endpoint.details().get("peers")).isEqualTo(Value.of(List.of()));
  }

  @Test
  void consolesAreGreetedAndKeptAwake() throws Exception {
    DatagramSocket console = socket();
    OscEndpoint endpoint =
        started(
            Map.of(
                "transport", Value.of("none"),
                "targets", target(console),
                "hello", Value.of("/info"),
                "keepalive", Value.of("/xremote every 9s")));
    assertThat(receive(console)).isEqualTo(new OscMessage("/info"));
    context.runScheduled();
    assertThat(receive(console)).isEqualTo(new OscMessage("/xremote"));
    context.runScheduled();
    assertThat(receive(console)).isEqualTo(new OscMessage("/xremote"));
    send(console, new OscMessage("/ch/01/mix/fader", new Float32(1)), udpPort(endpoint));
    assertThat(context.next().signals())
        .as("answers come to where the messages came from")
        .containsExactly(param("/ch/01/mix/fader", Value.of(1.0)));
  }

  @Test
  void whoSendsToItselfHearsNothing() throws Exception {
    DatagramSocket reserved = socket();
    int port = reserved.getLocalPort();
    reserved.close();
    OscEndpoint endpoint =
        started(
            Map.of(
                "bind", Value.of("127.0.0.1:" + port), "targets", Value.of("127.0.0.1:" + port)));
    endpoint.send(Parcel.of(param("/a", Value.of(1))));
    send(socket(), new OscMessage("/b"), port);
    assertThat(context.next().signals()).containsExactly(param("/b", Value.NULL));
  }

  @Test
  void aTargetThatIsNotThereHurtsNobody() throws Exception {
    DatagramSocket gone = socket();
    Value target = target(gone);
    // Before it is gone, so that it does not get the same port.
    DatagramSocket there = socket();
    gone.close();
    OscEndpoint endpoint = started(Map.of("targets", Value.of(List.of(target, target(there)))));
    for (int i = 0; i < 3; i++) {
      endpoint.send(Parcel.of(param("/a", Value.of(i))));
      assertThat(receive(there)).isEqualTo(new OscMessage("/a", new Int32(i)));
    }
    send(there, new OscMessage("/b"), udpPort(endpoint));
    context.next();
  }

  // --- ports -------------------------------------------------------------------------------------

  @Test
  void aPortThatIsTakenIsNamed() throws Exception {
    int port = socket().getLocalPort();
    OscEndpoint endpoint = endpoint(Map.of("bind", Value.of("127.0.0.1:" + port)));
    assertThatThrownBy(endpoint::start)
        .isInstanceOf(BridgeException.class)
        .hasMessageContaining("udp port " + port + " is taken by another program")
        .matches(e -> !((BridgeException) e).lasting());
  }

  @Test
  void thePortIsFreeWhenItIsClosed() throws Exception {
    OscEndpoint any = started(Map.of("transport", Value.of("udp-tcp")));
    assertThat(tcpPort(any)).isEqualTo(udpPort(any)).isPositive();

    // None that the system gives to others as soon as it is free.
    int port = FreePort.find();
    for (int i = 0; i < 30; i++) {
      OscEndpoint endpoint =
          started(Map.of("bind", Value.of("127.0.0.1:" + port), "transport", Value.of("udp-tcp")));
      assertThat(udpPort(endpoint)).isEqualTo(port);
      assertThat(tcpPort(endpoint)).isEqualTo(port);
      try (Socket socket = new Socket(HERE, port)) {
        socket.getOutputStream().write(1);
        endpoint.close();
        endpoint.close();
      }
    }
  }

  @Test
  void itCanBeClosedWithoutAStart() {
    endpoint(Map.of()).close();
  }

  // --- TCP ---------------------------------------------------------------------------------------

  /** The other end of a connection. */
  private final class Wire implements AutoCloseable {
    private final Socket socket;
    private final OscFraming.Kind kind;
    private final OscFraming decoder;
    private final List<OscPacket> packets = new ArrayList<>();

    Wire(Socket socket, OscFraming.Kind kind) throws IOException {
      this.socket = socket;
      this.kind = kind;
      this.decoder = kind.decoder(65_536);
      socket.setSoTimeout(PATIENCE_MILLIS);
      open.add(this);
    }

    void send(OscPacket packet) throws IOException {
      byte[] bytes = OscCodec.encode(packet);
      socket.getOutputStream().write(kind.frame(bytes, 0, bytes.length));
    }

    OscPacket receive() throws IOException, OscException {
      byte[] buffer = new byte[1000];
      while (packets.isEmpty()) {
        int length = socket.getInputStream().read(buffer);
        assertThat(length).isPositive();
        decoder.feed(
            buffer,
            0,
            length,
            new OscFrames() {
              @Override
              public void packet(byte[] bytes, int offset, int size) {
                try {
                  packets.add(OscCodec.decode(bytes, offset, size));
                } catch (OscException e) {
                  throw new AssertionError(e);
                }
              }

              @Override
              public void damaged(String why) {
                throw new AssertionError(why);
              }
            });
      }
      return packets.removeFirst();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void bothFramingsAreUnderstoodAndAnswered() throws Exception {
    OscEndpoint endpoint = started(Map.of("transport", Value.of("tcp")));
    for (OscFraming.Kind kind : OscFraming.Kind.values()) {
      try (Wire wire = new Wire(new Socket(HERE, tcpPort(endpoint)), kind)) {
        wire.send(new OscMessage("/a", new OscArgument.Text("À")));
        assertThat(context.next().signals()).containsExactly(param("/a", Value.of("À")));
        endpoint.send(Parcel.of(param("/b", Value.of(2))));
        assertThat(wire.receive()).isEqualTo(new OscMessage("/b", new Int32(2)));
      }
    }
  }

  @Test
  void aLengthThatCannotBeEndsTheConnection() throws Exception {
    OscEndpoint endpoint = started(Map.of("transport", Value.of("tcp")));
    Wire wire = new Wire(new Socket(HERE, tcpPort(endpoint)), OscFraming.Kind.LENGTH);
    wire.socket.getOutputStream().write(new byte[] {0, 127, 0, 0});
    assertThat(wire.socket.getInputStream().read()).isEqualTo(-1);
    assertThat(context.awaitTold("dropped")).contains("disconnected");
  }

  @Test
  void lostConnectionsComeBack() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 10, HERE)) {
      OscEndpoint endpoint =
          started(
              Map.of(
                  "transport", Value.of("none"),
                  "targets", Value.of("tcp-slip://127.0.0.1:" + server.getLocalPort()),
                  "hello", Value.of("/connect 1234")));
      context.awaitTold("down connecting to tcp-slip://127.0.0.1");
      for (int i = 0; i < 3; i++) {
        try (Wire wire = new Wire(server.accept(), OscFraming.Kind.SLIP)) {
          assertThat(wire.receive()).isEqualTo(new OscMessage("/connect", new Int32(1234)));
          context.awaitTold("up connected to tcp-slip://127.0.0.1");
          endpoint.send(Parcel.of(param("/a", Value.of(i))));
          assertThat(wire.receive()).isEqualTo(new OscMessage("/a", new Int32(i)));
          wire.send(new OscMessage("/b", new Int32(i)));
          assertThat(context.next().signals()).containsExactly(param("/b", Value.of(i)));
        }
        context.awaitTold("down the connection to tcp-slip://127.0.0.1");
        context.runScheduled();
      }
    }
  }
}
