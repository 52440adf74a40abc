package dev.clasp.bridgeosc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridgetestkit.FakeContext;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.FreePort;
import dev.clasp.testkit.PeerProgram;
import dev.clasp.transform.MappedSignal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The endpoint with programs that others wrote: liblo, Pure Data, and the npm package osc. */
class OscPeersTest {

  private static final String LIBLO = "apt-get install liblo-tools";
  private static final String PD = "apt-get install puredata-core";
  private static final String NODE = "apt-get install nodejs npm";

  @TempDir private Path folder;

  private final FakeContext context = new FakeContext();
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private OscEndpoint started(Map<String, Value> settings) {
    Map<String, Value> all = new java.util.LinkedHashMap<>(Map.of("bind", Value.of("127.0.0.1:0")));
    all.putAll(settings);
    OscEndpoint endpoint =
        new OscEndpoint(
            OscConfig.of(BridgeSettings.of(OscConfig.SETTINGS, all)),
            context,
            () -> System.currentTimeMillis() * 1000);
    open.add(endpoint);
    endpoint.start();
    return endpoint;
  }

  private static String port(OscEndpoint endpoint, String kind) {
    return "" + ((Value.Int) endpoint.details().getOrDefault(kind, Value.of(0))).value();
  }

  private PeerProgram program(String install, String... command) {
    PeerProgram program = PeerProgram.start(install, folder, List.of(command));
    open.add(program);
    return program;
  }

  private static MappedSignal param(String address, Value... values) {
    return new MappedSignal(
        address,
        SignalType.PARAM,
        values.length == 1 ? values[0] : Value.of(Arrays.asList(values)));
  }

  // --- liblo -------------------------------------------------------------------------------------

  @Test
  void oscsendIsUnderstoodInAllItsTypes() {
    OscEndpoint endpoint = started(Map.of());
    program(
            LIBLO,
            "oscsend",
            "127.0.0.1",
            port(endpoint, "udp_port"),
            "/a/b",
            "ihfdsScmTFNI",
            "1",
            "-5000000000",
            "0.5",
            "0.1",
            "text x",
            "sym",
            "x",
            "00903c7f")
        .finished();
    assertThat(context.next().signals())
        .containsExactly(
            param(
                "/a/b",
                Value.of(1),
                Value.of(-5_000_000_000L),
                Value.of(0.5),
                Value.of(0.1),
                Value.of("text x"),
                Value.of("sym"),
                Value.of("x"),
                Value.of(List.of(Value.of(0), Value.of(0x90), Value.of(60), Value.of(127))),
                Value.TRUE,
                Value.FALSE,
                Value.NULL,
                Value.of(Double.POSITIVE_INFINITY)));
  }

  @Test
  void oscsendIsUnderstoodOverTcp() {
    OscEndpoint endpoint = started(Map.of("transport", Value.of("tcp")));
    program(
            LIBLO,
            "oscsend",
            "osc.tcp://127.0.0.1:" + port(endpoint, "tcp_port"),
            "/tcp",
            "if",
            "7",
            "0.25")
        .finished();
    assertThat(context.next().signals())
        .containsExactly(param("/tcp", Value.of(7), Value.of(0.25)));
  }

  @Test
  void oscdumpUnderstandsWhatIsSent() throws IOException {
    int port = FreePort.find();
    PeerProgram dump = program(LIBLO, "oscdump", "-L", "" + port);
    OscEndpoint endpoint =
        started(
            Map.of(
                "targets", Value.of("127.0.0.1:" + port), "keepalive", Value.of("/up every 1s")));
    awaitListening(dump, "/up");
    endpoint.send(
        Parcel.of(
            param(
                "/a b",
                Value.of(1),
                Value.of(1L << 40),
                Value.of(0.5),
                Value.of("text x"),
                Value.TRUE,
                Value.FALSE,
                Value.NULL,
                Value.of(new byte[] {1, 2, 3, 4}))));
    assertThat(dump.awaitLine("/a%20b"))
        .contains("/a%20b ihfsTFNb 1 1099511627776 0.500000 \"text x\" #T #F Nil")
        .contains("[4b 0x1 0x2 0x3 0x4]");
    endpoint.send(
        new Parcel(
            List.of(param("/one", Value.of(1)), param("/two", Value.of(2))),
            true,
            OptionalLong.empty(),
            Optional.empty()));
    dump.awaitLine("/one i 1");
    dump.awaitLine("/two i 2");
  }

  /** Datagrams before it listens are lost: greets it until it hears. */
  private void awaitListening(PeerProgram program, String greeting) {
    for (int i = 0; ; i++) {
      context.runScheduled();
      if (program.prints(greeting)) {
        return;
      }
      assertThat(i).as("greetings without an answer").isLessThan(600);
    }
  }

  @Test
  void whatOscdumpHasWrittenOscsendfileReplays() throws IOException {
    OscEndpoint endpoint = started(Map.of());
    Path file = folder.resolve("cues.txt");
    Files.writeString(file, "00000000.00000001 /x i 1\n00000000.00000001 /y sf \"abc\" 0.5\n");
    program(
            LIBLO,
            "oscsendfile",
            "osc.udp://127.0.0.1:" + port(endpoint, "udp_port"),
            file.toString())
        .finished();
    Parcel both = context.next();
    assertThat(both.atomic()).as("of the same time").isTrue();
    assertThat(both.signals())
        .containsExactly(param("/x", Value.of(1)), param("/y", Value.of("abc"), Value.of(0.5)));
  }

  @Test
  void oscdumpUnderstandsWhatIsSentOverTcp() throws IOException {
    int port = FreePort.find();
    PeerProgram dump = program(LIBLO, "oscdump", "-L", "osc.tcp://:" + port + "/");
    OscEndpoint endpoint =
        started(
            Map.of("transport", Value.of("none"), "targets", Value.of("tcp://127.0.0.1:" + port)));
    String state = context.awaitTold("");
    while (!state.startsWith("up connected")) {
      if (state.startsWith("down cannot connect")) {
        // Not listening yet.
        context.runScheduled();
      }
      state = context.awaitTold("");
    }
    endpoint.send(Parcel.of(param("/tcp", Value.of(7), Value.of(0.25))));
    dump.awaitLine("/tcp if 7 0.250000");
  }

  // --- Pure Data ---------------------------------------------------------------------------------

  @Test
  void pureDataHearsAndAnswers() throws IOException {
    int port = FreePort.find();
    OscEndpoint endpoint =
        started(
            Map.of(
                "targets", Value.of("127.0.0.1:" + port), "keepalive", Value.of("/up every 1s")));
    Path patch = folder.resolve("echo.pd");
    Files.writeString(
        patch,
        """
        #N canvas 0 0 450 300 12;
        #X obj 10 10 netreceive -u -b %d;
        #X obj 10 40 oscparse;
        #X obj 10 70 print got;
        #X obj 200 40 list trim;
        #X obj 200 70 route clasp;
        #X obj 200 100 oscformat from pd;
        #X obj 200 130 list prepend send;
        #X obj 200 160 list trim;
        #X obj 200 190 netsend -u -b;
        #X obj 300 10 loadbang;
        #X msg 300 40 connect 127.0.0.1 %s;
        #X connect 0 0 1 0;
        #X connect 1 0 2 0;
        #X connect 1 0 3 0;
        #X connect 3 0 4 0;
        #X connect 4 0 5 0;
        #X connect 5 0 6 0;
        #X connect 6 0 7 0;
        #X connect 7 0 8 0;
        #X connect 9 0 10 0;
        #X connect 10 0 8 0;
        """
            .formatted(port, port(endpoint, "udp_port")));
    PeerProgram pd =
        program(PD, "pd", "-nogui", "-noaudio", "-nomidi", "-stderr", "-open", patch.toString());
    awaitListening(pd, "got: ");
    endpoint.send(Parcel.of(param("/clasp", Value.of(1), Value.of(0.5), Value.of("hello"))));
    pd.awaitLine("got: list clasp 1 0.5 hello");
    // Pure Data has floats and symbols only.
    assertThat(context.next().signals())
        .containsExactly(param("/from/pd", Value.of(1.0), Value.of(0.5), Value.of("hello")));
  }

  // --- npm ---------------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"udp", "slip"})
  void nodeHearsAndAnswers(String transport) {
    boolean udp = transport.equals("udp");
    OscEndpoint endpoint =
        started(udp ? Map.of("reply", Value.TRUE) : Map.of("transport", Value.of("tcp")));
    Path scripts = Path.of("../system-tests/peers/node").toAbsolutePath().normalize();
    assertThat(scripts.resolve("node_modules/osc/package.json"))
        .as("the npm package osc: run npm ci in " + scripts)
        .exists();
    PeerProgram node =
        program(
            NODE,
            "node",
            scripts.resolve("osc.mjs").toString(),
            transport,
            port(endpoint, udp ? "udp_port" : "tcp_port"));
    node.awaitLine("ready");
    node.type(
        "{\"address\":\"/n\",\"args\":[{\"type\":\"i\",\"value\":5},{\"type\":\"b\",\"value\":"
            + "{\"bytes\":[192,219,3]}},{\"type\":\"r\",\"value\":{\"r\":1,\"g\":2,\"b\":3,\"a\":1}},"
            + "{\"type\":\"T\"},{\"type\":\"s\",\"value\":\"ä\"}]}");
    assertThat(context.next().signals())
        .containsExactly(
            param(
                "/n",
                Value.of(5),
                Value.of(new byte[] {(byte) 0xC0, (byte) 0xDB, 3}),
                Value.of(List.of(Value.of(1), Value.of(2), Value.of(3), Value.of(255))),
                Value.TRUE,
                Value.of("ä")));
    node.type(
        "{\"timeTag\":{\"raw\":[0,1]},\"packets\":[{\"address\":\"/p\",\"args\":[{\"type\":\"f\","
            + "\"value\":0.5}]},{\"address\":\"/q\",\"args\":[]}]}");
    Parcel bundle = context.next();
    assertThat(bundle.atomic()).isTrue();
    assertThat(bundle.signals())
        .containsExactly(param("/p", Value.of(0.5)), param("/q", Value.NULL));
    endpoint.send(Parcel.of(param("/back", Value.of(0.25), Value.of("x"), Value.TRUE)));
    assertThat(node.awaitLine("/back"))
        .contains(
            "\"args\":[{\"type\":\"f\",\"value\":0.25},{\"type\":\"s\",\"value\":\"x\"},"
                + "{\"type\":\"T\",\"value\":true}]");
    endpoint.send(
        new Parcel(
            List.of(param("/one", Value.of(1)), param("/two", Value.of(2))),
            true,
            OptionalLong.empty(),
            Optional.empty()));
    node.awaitLine("{\"bundle\":2}");
  }
}
