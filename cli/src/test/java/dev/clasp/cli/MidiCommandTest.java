package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.bridge.BridgeDefinition;
import dev.clasp.bridge.BridgeDirection;
import dev.clasp.bridge.BridgeHost;
import dev.clasp.bridge.BridgeState;
import dev.clasp.bridge.Namespace;
import dev.clasp.client.ClaspClient;
import dev.clasp.client.Signal;
import dev.clasp.midi.MidiMessage;
import dev.clasp.midi.SmfEvent;
import dev.clasp.midi.SmfPlayer;
import dev.clasp.midi.SmfReader;
import dev.clasp.midi.SmfWriter;
import dev.clasp.midi.StandardMidiFile;
import dev.clasp.protocol.Value;
import dev.clasp.server.ClaspServer;
import dev.clasp.server.ServerConfig;
import dev.clasp.testkit.Eventually;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.sound.midi.MidiEvent;
import javax.sound.midi.MidiSystem;
import javax.sound.midi.Sequence;
import javax.sound.midi.ShortMessage;
import javax.sound.midi.SysexMessage;
import javax.sound.midi.Track;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code clasp midi}. */
@Timeout(180)
class MidiCommandTest {

  private static BridgeDefinition definition(String... args) {
    MidiCommand command = new MidiCommand(new Clasp(new TestTerminal().terminal()));
    new CommandLine(command).parseArgs(args);
    return command.definition();
  }

  @Test
  void namesDevicesAndWhatTheyAreCalled() {
    assertThat(definition("-d", "keys=Key*", "-d", "raw:/dev/midi1?in").settings().get("devices"))
        .isEqualTo(
            Value.of(
                List.of(
                    Value.of(Map.of("name", Value.of("keys"), "port", Value.of("Key*"))),
                    Value.of(Map.of("port", Value.of("raw:/dev/midi1?in"))))));
    assertThat(definition("--tempo", "90").settings())
        .isEqualTo(Map.of("clock_out", Value.TRUE, "tempo", Value.of(90.0)));
    assertThat(definition().settings()).isEmpty();
    assertThatThrownBy(() -> definition("-d", "a", "--in", "b"))
        .isInstanceOf(CommandLine.ParameterException.class)
        .hasMessageContaining("give --device, or --in and --out");
  }

  @Test
  void listsPortsAddressesAndPresets() {
    TestTerminal terminal = new TestTerminal(Map.of(), false);
    assertThat(terminal.run("midi", "--list")).isZero();
    assertThat(terminal.out())
        .contains("Inputs")
        .contains("Outputs")
        .contains("raw:/dev/snd/midiC1D0")
        .contains("nanokontrol2");
  }

  // --- files -------------------------------------------------------------------------------------

  @TempDir private Path folder;

  /** A controller, and a note that the file leaves on. */
  private String songFile() throws IOException {
    Path file = folder.resolve("song.mid");
    Files.write(
        file,
        SmfWriter.write(
            new StandardMidiFile(
                0,
                100,
                List.of(
                    List.of(
                        SmfEvent.Meta.tempo(0, 100_000),
                        new SmfEvent.Channel(0, new MidiMessage.ControlChange(0, 7, 99)),
                        new SmfEvent.Raw(10, false, new byte[] {0x7D, 1, (byte) 0xF7}),
                        new SmfEvent.Channel(50, new MidiMessage.NoteOn(2, 60, 100))))),
            true));
    return file.toString();
  }

  @Test
  void playsAFileIntoTheRouterAndEndsWithIt() throws Exception {
    try (ClaspServer server = ClaspServer.start(ServerConfig.DEFAULT.withPort(0));
        ClaspClient listener = ClaspClient.builder(server.url()).connectBlocking()) {
      List<String> heard = new CopyOnWriteArrayList<>();
      listener.subscribe("/midi/song/**", signal -> heard.add(signal.address()));
      listener.blocking().ping();
      TestTerminal terminal = new TestTerminal(Map.of("CLASP_SERVER", server.url()), false);
      assertThat(terminal.run("midi", "--play", songFile())).as(terminal.err()).isZero();
      Eventually.is(
          () -> "all of it: " + heard + terminal.err(),
          () ->
              heard.stream().anyMatch(each -> each.contains("/midi/song/ch/0/cc/7"))
                  && heard.stream().anyMatch(each -> each.contains("/midi/song/sysex"))
                  && heard.stream().filter(each -> each.contains("/midi/song/ch/2/note")).count()
                      == 2);
    }
  }

  @Test
  void playsAFileOnADevice() throws Exception {
    try (ServerSocket device = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      TestTerminal terminal = new TestTerminal(Map.of(), false);
      CompletableFuture<Integer> status =
          terminal.start(
              "midi", "--play", songFile(), "-d", "tcp://127.0.0.1:" + device.getLocalPort());
      try (Socket socket = device.accept()) {
        socket.setSoTimeout(30_000);
        assertThat(HexFormat.of().formatHex(socket.getInputStream().readAllBytes()))
            .isEqualTo("b00763" + "f07d01f7" + "923c64" + "823c40");
      }
      assertThat(status.get(30, TimeUnit.SECONDS)).isZero();
    }
  }

  @Test
  void recordsAFileThatIsTheSameSong() throws Exception {
    Path out = folder.resolve("take.mid");
    TestTerminal terminal = new TestTerminal(Map.of(), false);
    CompletableFuture<Integer> status =
        terminal.start("midi", "--record", out.toString(), "-d", "play:" + songFile());
    Eventually.is(
        () -> "played: " + terminal.err(), () -> terminal.err().contains("has been played"));
    terminal.interrupt();
    assertThat(status.get(30, TimeUnit.SECONDS)).isZero();
    StandardMidiFile file = SmfReader.read(Files.readAllBytes(out));
    assertThat(file.format()).isZero();
    assertThat(
            SmfPlayer.schedule(file).stream()
                .map(due -> HexFormat.of().formatHex(due.bytes()))
                .toList())
        .containsExactly("b00763", "f07d01f7", "923c64", "823c40");
    assertThat(MidiSystem.getSequence(out.toFile()).getTracks()).hasSize(1);
    TestTerminal again = new TestTerminal(Map.of(), false);
    assertThat(again.run("midi", "--record", out.toString(), "-d", "play:" + songFile()))
        .isEqualTo(ExitStatus.USAGE);
    assertThat(again.err()).contains("there is a file").contains("give another name");
  }

  @Test
  void whatIsNoMidiFileIsSaid() throws Exception {
    Path file = Files.writeString(folder.resolve("song.txt"), "la la la la la la la la");
    for (String[] args :
        List.of(
            new String[] {"midi", "--play", file.toString(), "-d", "tcp://127.0.0.1:1"},
            new String[] {"midi", "--play", folder.resolve("none").toString(), "--virtual", "x"},
            new String[] {"midi", "--loop"},
            new String[] {"midi", "--play", "a", "--record", "b"})) {
      TestTerminal terminal = new TestTerminal(Map.of(), false);
      assertThat(terminal.run(args)).as(String.join(" ", args)).isEqualTo(ExitStatus.USAGE);
      assertThat(terminal.err()).containsAnyOf("MThd", "cannot read", "goes with", "give one of");
    }
  }

  /** A file of ours, played into one bridge; another one on the same router plays it out again. */
  @Test
  void aRecordedStreamReturnsByteForByte() throws Exception {
    byte[][] song = song();
    try (ClaspServer server = ClaspServer.start(ServerConfig.DEFAULT.withPort(0));
        ServerSocket in = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        ServerSocket out = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        ClaspClient one = ClaspClient.builder(server.url()).connectBlocking();
        ClaspClient two = ClaspClient.builder(server.url()).connectBlocking();
        BridgeHost from = BridgeHost.shared(one, _ -> {});
        BridgeHost to = BridgeHost.shared(two, _ -> {})) {
      to.add(bridge("out", out, BridgeDirection.OUT));
      from.add(bridge("in", in, BridgeDirection.IN));
      try (Socket player = in.accept();
          Socket recorder = out.accept()) {
        recorder.setSoTimeout(30_000);
        for (BridgeHost host : List.of(from, to)) {
          Eventually.is(
              "the bridge runs",
              () ->
                  host.status().stream().allMatch(status -> status.state() == BridgeState.RUNNING));
        }
        two.blocking().ping();
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        for (byte[] message : song) {
          player.getOutputStream().write(message);
          sent.writeBytes(message);
          got.writeBytes(recorder.getInputStream().readNBytes(message.length));
        }
        assertThat(got.toByteArray()).isEqualTo(sent.toByteArray());
      }
    }
  }

  /** Through a router: what is held on a keyboard ends for everybody when its bridge stops. */
  @Test
  void notesThatAreHeldEndInTheRouterWhenTheBridgeStops() throws Exception {
    BlockingQueue<Signal> heard = new LinkedBlockingQueue<>();
    try (ClaspServer server = ClaspServer.start(ServerConfig.DEFAULT.withPort(0));
        ServerSocket keys = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        ClaspClient one = ClaspClient.builder(server.url()).connectBlocking();
        ClaspClient two = ClaspClient.builder(server.url()).connectBlocking()) {
      two.subscribe("/recorded/**", heard::add).active().get(30, TimeUnit.SECONDS);
      try (BridgeHost host = BridgeHost.shared(one, _ -> {})) {
        host.add(bridge("in", keys, BridgeDirection.BOTH));
        try (Socket keyboard = keys.accept()) {
          keyboard.setSoTimeout(30_000);
          keyboard.getOutputStream().write(new byte[] {(byte) 0x93, 60, 100});
          assertThat(taken(heard)).contains("note=Int[value=60]", "on=Bool[value=true]");
          // And what the router has begun on the device.
          Eventually.is(
              "the bridge runs", () -> host.status().getFirst().state() == BridgeState.RUNNING);
          two.emit("/recorded/song/ch/5/note/70", Value.of(90)).get(30, TimeUnit.SECONDS);
          assertThat(keyboard.getInputStream().readNBytes(3)).containsExactly(0x95, 70, 90);
          host.remove("in");
          assertThat(taken(heard)).contains("note=Int[value=60]", "on=Bool[value=false]");
          assertThat(keyboard.getInputStream().readNBytes(6))
              .containsExactly(0x85, 70, 64, 0xB5, 123, 0);
        }
      }
    }
  }

  @Test
  void notesThatTheRouterBeganEndOnTheDeviceWhenTheRouterIsGone() throws Exception {
    ClaspServer server = ClaspServer.start(ServerConfig.DEFAULT.withPort(0));
    try (ServerSocket synth = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        ClaspClient one = ClaspClient.builder(server.url()).connectBlocking();
        BridgeHost host = BridgeHost.shared(one, _ -> {})) {
      host.add(bridge("in", synth, BridgeDirection.BOTH));
      try (Socket device = synth.accept()) {
        device.setSoTimeout(30_000);
        Eventually.is(
            "the bridge runs", () -> host.status().getFirst().state() == BridgeState.RUNNING);
        try (ClaspClient two = ClaspClient.builder(server.url()).connectBlocking()) {
          two.blocking().ping();
          one.blocking().ping();
          two.emit("/recorded/song/ch/5/note/70", Value.of(90)).get(30, TimeUnit.SECONDS);
          assertThat(device.getInputStream().readNBytes(3)).containsExactly(0x95, 70, 90);
        }
        server.close();
        assertThat(device.getInputStream().readNBytes(3)).containsExactly(0x85, 70, 64);
      }
    } finally {
      server.close();
    }
  }

  /** MPE is gestures in the router, and MPE again behind another bridge. */
  @Test
  void touchesGoThroughARouterAsGestures() throws Exception {
    BlockingQueue<Signal> heard = new LinkedBlockingQueue<>();
    try (ClaspServer server = ClaspServer.start(ServerConfig.DEFAULT.withPort(0));
        ServerSocket in = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        ServerSocket out = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        ClaspClient one = ClaspClient.builder(server.url()).connectBlocking();
        ClaspClient two = ClaspClient.builder(server.url()).connectBlocking();
        BridgeHost from = BridgeHost.shared(one, _ -> {});
        BridgeHost to = BridgeHost.shared(two, _ -> {})) {
      one.subscribe("/recorded/**", heard::add).active().get(30, TimeUnit.SECONDS);
      to.add(mpe(bridge("out", out, BridgeDirection.OUT)));
      from.add(mpe(bridge("in", in, BridgeDirection.IN)));
      try (Socket finger = in.accept();
          Socket synth = out.accept()) {
        synth.setSoTimeout(30_000);
        for (BridgeHost host : List.of(from, to)) {
          Eventually.is(
              "the bridge runs",
              () -> host.status().stream().allMatch(each -> each.state() == BridgeState.RUNNING));
        }
        two.blocking().ping();
        HexFormat hex = HexFormat.ofDelimiter(" ").withUpperCase();
        finger.getOutputStream().write(hex.parseHex("91 3C 64"));
        // The zone, then the note with all that it has.
        String zone = "B0 65 00 B0 64 06 B0 06 0F B0 26 00 B0 65 7F B0 64 7F ";
        assertThat(hex.formatHex(synth.getInputStream().readNBytes(24)))
            .isEqualTo(zone + "B1 4A 40 91 3C 64");
        finger.getOutputStream().write(hex.parseHex("D1 20"));
        assertThat(hex.formatHex(synth.getInputStream().readNBytes(2))).isEqualTo("D1 20");
        finger.getOutputStream().write(hex.parseHex("81 3C 30"));
        assertThat(hex.formatHex(synth.getInputStream().readNBytes(3))).isEqualTo("81 3C 30");
        assertThat(heard).as("a sender is not told its own").isEmpty();
      }
    }
  }

  private static BridgeDefinition mpe(BridgeDefinition definition) {
    Map<String, Value> settings = new HashMap<>(definition.settings());
    settings.put("mpe", Value.of("lower"));
    return definition.withSettings(settings);
  }

  private static String taken(BlockingQueue<Signal> heard) throws InterruptedException {
    return String.valueOf(heard.poll(30, TimeUnit.SECONDS));
  }

  private static BridgeDefinition bridge(String name, ServerSocket at, BridgeDirection way) {
    return BridgeDefinition.of(
            name,
            "midi",
            Map.of(
                "port", Value.of("tcp://127.0.0.1:" + at.getLocalPort()),
                "device_name", Value.of("song"),
                "notes_off", Value.of(way == BridgeDirection.BOTH)))
        .withNamespace(Namespace.parse("/recorded"))
        .withDirection(way);
  }

  /** Written to a standard MIDI file and read again, by Java and not by us. */
  private static byte[][] song() throws Exception {
    Sequence sequence = new Sequence(Sequence.PPQ, 96);
    Track track = sequence.createTrack();
    long tick = 0;
    for (int i = 0; i < 16; i++) {
      track.add(new MidiEvent(new ShortMessage(0xC0 | i, i * 5, 0), tick++));
      track.add(new MidiEvent(new ShortMessage(0xB0 | i, 7, i * 3), tick++));
      track.add(new MidiEvent(new ShortMessage(0x90 | i, 36 + i, 100), tick++));
      track.add(new MidiEvent(new ShortMessage(0xA0 | i, 36 + i, 50 + i), tick++));
      track.add(new MidiEvent(new ShortMessage(0xE0 | i, i, 64 + i), tick++));
      track.add(new MidiEvent(new ShortMessage(0xD0 | i, 20 + i, 0), tick++));
      track.add(new MidiEvent(new ShortMessage(0x80 | i, 36 + i, 64), tick++));
    }
    byte[] dump = {(byte) 0xF0, 0x7D, 1, 2, 3, (byte) 0xF7};
    track.add(new MidiEvent(new SysexMessage(dump, dump.length), tick++));
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    MidiSystem.write(sequence, 0, file);
    Track read =
        MidiSystem.getSequence(new ByteArrayInputStream(file.toByteArray())).getTracks()[0];
    byte[][] messages = new byte[read.size() - 1][];
    for (int i = 0; i < messages.length; i++) {
      messages[i] =
          java.util.Arrays.copyOf(
              read.get(i).getMessage().getMessage(), read.get(i).getMessage().getLength());
    }
    return messages;
  }
}
