package dev.clasp.bridgemidi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.JsonValues;
import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridgetestkit.FakeContext;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.Eventually;
import dev.clasp.testkit.FreePort;
import dev.clasp.testkit.PtyPair;
import dev.clasp.transform.MappedSignal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Plain MIDI bytes over real pseudo-terminals, FIFOs and sockets. */
@Timeout(120)
class RawPortTest {

  @TempDir private Path folder;

  private final FakeContext context = FakeContext.inRealTime();
  private final MidiProvider provider = new MidiProvider();
  private @Nullable Endpoint endpoint;

  private Endpoint start(String port, Map<String, Value> options) {
    Endpoint started =
        provider.create(
            BridgeSettings.of(
                provider.settings(),
                Map.of(
                    "port", Value.of(port),
                    "device_name", Value.of("d"),
                    "options", Value.of(options))),
            context);
    endpoint = started;
    started.start();
    return started;
  }

  @AfterEach
  void close() {
    Endpoint open = endpoint;
    if (open != null) {
      open.close();
    }
  }

  private String next() {
    MappedSignal signal = context.next().signals().getFirst();
    return signal.address() + "=" + JsonValues.text(signal.value());
  }

  private void cc(int number, int value) {
    Objects.requireNonNull(endpoint)
        .send(
            Parcel.of(new MappedSignal("/d/ch/0/cc/" + number, SignalType.PARAM, Value.of(value))));
  }

  private static int tcpPort(Endpoint listening) {
    Value.Map device = (Value.Map) Objects.requireNonNull(listening.details().get("d"));
    return (int) ((Value.Int) Objects.requireNonNull(device.entries().get("tcp_port"))).value();
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  @Test
  void aPseudoTerminalGoesBothWaysAndComesBack() throws Exception {
    try (PtyPair pair = new PtyPair(folder)) {
      start("raw:" + pair.near(), Map.of());
      assertThat(context.awaitTold("up")).contains("raw:" + pair.near());
      try (OutputStream far = Files.newOutputStream(Path.of(pair.far()));
          InputStream back = Files.newInputStream(Path.of(pair.far()))) {
        // Running status, a clock in the middle, and bytes in pieces.
        far.write(hex("b00740"));
        far.write(hex("0af802"));
        assertThat(next()).isEqualTo("/d/ch/0/cc/7=64");
        assertThat(next()).isEqualTo("/d/clock=null");
        assertThat(next()).isEqualTo("/d/ch/0/cc/10=2");
        cc(1, 5);
        assertThat(back.readNBytes(3)).isEqualTo(hex("b00105"));
      }
      pair.unplug();
      context.awaitTold("down");
      pair.plugIn();
      context.runScheduled();
      // Until the device is there: each attempt schedules the next.
      context.awaitTold("up");
      try (InputStream back = Files.newInputStream(Path.of(pair.far()))) {
        assertThat(back.readNBytes(3)).as("the last value again").isEqualTo(hex("b00105"));
      }
    }
  }

  @Test
  void aWireOf3125BytesASecondKeepsTheOrderAndTheRate() throws Exception {
    try (PtyPair pair = new PtyPair(folder)) {
      start("raw:" + pair.near(), Map.of());
      context.awaitTold("up");
      try (InputStream back = Files.newInputStream(Path.of(pair.far()))) {
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        long before = System.nanoTime();
        // Programs, which are never left out: 1,500 bytes.
        for (int i = 0; i < 750; i++) {
          int program = i % 128;
          Objects.requireNonNull(endpoint)
              .send(
                  Parcel.of(
                      new MappedSignal("/d/ch/1/program", SignalType.EVENT, Value.of(program))));
          expected.writeBytes(new byte[] {(byte) 0xC1, (byte) program});
        }
        assertThat(back.readNBytes(1500)).isEqualTo(expected.toByteArray());
        // It may take longer on a busy machine, but never less than the wire.
        assertThat(System.nanoTime() - before)
            .isGreaterThan((1500 - PacedLine.BURST - 4) * 320_000L);
      }
    }
  }

  @Test
  void aFifoGoesOneWay() throws Exception {
    Path fifo = folder.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    start("raw:" + fifo + "?in", Map.of());
    context.awaitTold("up");
    try (OutputStream far = Files.newOutputStream(fifo)) {
      far.write(hex("903c40"));
    }
    assertThat(next()).startsWith("/d/ch/0/note=");
    close();
    start("raw:" + fifo, Map.of());
    assertThat(context.awaitTold("down d: cannot open")).contains("say ?in or ?out");
  }

  @Test
  void saysWhyAFileCannotBeOpened() throws IOException {
    start("raw:" + folder.resolve("nothing"), Map.of());
    assertThat(context.awaitTold("down d: cannot open")).contains("there is no ");
    close();
    Path file = Files.createFile(folder.resolve("file"));
    start("raw:" + file, Map.of());
    assertThat(context.awaitTold("down d: cannot open")).contains("is no device");
  }

  @Test
  void connectsOverTcpAndAgainWhenItIsLost() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      start("tcp://127.0.0.1:" + server.getLocalPort(), Map.of());
      try (Socket peer = server.accept()) {
        peer.getOutputStream().write(hex("b00101"));
        assertThat(next()).isEqualTo("/d/ch/0/cc/1=1");
        cc(2, 3);
        assertThat(peer.getInputStream().readNBytes(3)).isEqualTo(hex("b00203"));
      }
      context.awaitTold("down");
      context.runScheduled();
      try (Socket peer = server.accept()) {
        context.awaitTold("up");
        peer.getOutputStream().write(hex("b00102"));
        assertThat(next()).isEqualTo("/d/ch/0/cc/1=2");
      }
    }
  }

  @Test
  void listensOnTcpForSeveral() throws Exception {
    // Nobody takes it before it is bound again.
    int port = FreePort.find();
    Endpoint listening = start("tcp-listen://127.0.0.1:" + port, Map.of());
    context.awaitTold("up");
    assertThat(tcpPort(listening)).isEqualTo(port);
    try (Socket one = new Socket(InetAddress.getLoopbackAddress(), port);
        Socket two = new Socket(InetAddress.getLoopbackAddress(), port)) {
      one.getOutputStream().write(hex("b00101"));
      assertThat(next()).isEqualTo("/d/ch/0/cc/1=1");
      two.getOutputStream().write(hex("b00102"));
      assertThat(next()).isEqualTo("/d/ch/0/cc/1=2");
      Eventually.is(
          "both are known", () -> listening.details().toString().split("127.0.0.1").length > 2);
      cc(9, 9);
      assertThat(one.getInputStream().readNBytes(3)).isEqualTo(hex("b00909"));
      assertThat(two.getInputStream().readNBytes(3)).isEqualTo(hex("b00909"));
    }
    close();
    try (ServerSocket again = new ServerSocket()) {
      again.setReuseAddress(true);
      again.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }
  }

  @Test
  void whoConnectsFirstIsToldTheLastValuesAndWhatTheLastOneHoldsEnds() throws Exception {
    Endpoint listening = start("tcp-listen://127.0.0.1:0", Map.of());
    context.awaitTold("up");
    cc(9, 9);
    int port = tcpPort(listening);
    try (Socket one = new Socket(InetAddress.getLoopbackAddress(), port)) {
      assertThat(one.getInputStream().readNBytes(3)).isEqualTo(hex("b00909"));
      one.getOutputStream().write(hex("903c64"));
      assertThat(next()).contains("\"on\":true");
    }
    assertThat(next()).startsWith("/d/ch/0/note=").contains("\"on\":false");
  }

  @Test
  void aSerialPortHasTheRateOfADinCable() throws Exception {
    try (PtyPair pair = new PtyPair(folder)) {
      start("serial:" + pair.near(), Map.of());
      context.awaitTold("up");
      assertThat(PtyPair.rate(pair.near())).isEqualTo(31_250);
      try (OutputStream far = Files.newOutputStream(Path.of(pair.far()));
          InputStream back = Files.newInputStream(Path.of(pair.far()))) {
        far.write(hex("b00101"));
        assertThat(next()).isEqualTo("/d/ch/0/cc/1=1");
        cc(2, 3);
        assertThat(back.readNBytes(3)).isEqualTo(hex("b00203"));
      }
    }
  }

  @Test
  void noiseDoesNothingButCount() throws Exception {
    try (PtyPair pair = new PtyPair(folder)) {
      start("raw:" + pair.near(), Map.of());
      context.awaitTold("up");
      try (OutputStream far = Files.newOutputStream(Path.of(pair.far()))) {
        far.write(hex("010203f4f5fdf9f7"));
        far.write(hex("b00101"));
        assertThat(next()).isEqualTo("/d/ch/0/cc/1=1");
        context.awaitTold("dropped d: ");
      }
    }
  }
}
