package dev.clasp.bridgemidi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.bridgetestkit.FakeContext;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.testkit.PeerProgram;
import dev.clasp.testkit.PtyPair;
import dev.clasp.transform.MappedSignal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * FluidSynth reads what we send from a pseudo-terminal, with its driver for raw MIDI devices, and
 * tells how it understood it. Nothing of it is ours.
 */
@Timeout(180)
class FluidSynthTest {

  private static final Path SOUNDS = Path.of("/usr/share/sounds/sf2/TimGM6mb.sf2");
  private static final String INSTALL =
      "install it (apt-get install fluidsynth timgm6mb-soundfont), or let ./verify do so";

  @TempDir private Path folder;

  private static PeerProgram fluidSynth(String device, Path folder) {
    if (!Files.exists(SOUNDS)) {
      throw new AssertionError("this test needs " + SOUNDS + ": " + INSTALL);
    }
    return PeerProgram.start(
        INSTALL,
        folder,
        List.of(
            "fluidsynth",
            "-v",
            "-d",
            "-m",
            "oss",
            "-o",
            "midi.oss.device=" + device,
            "-a",
            "file",
            "-o",
            "audio.file.name=out.wav",
            "-o",
            "audio.file.type=wav",
            SOUNDS.toString()));
  }

  @Test
  void understandsWhatWeSend() throws Exception {
    FakeContext context = FakeContext.inRealTime();
    MidiProvider provider = new MidiProvider();
    try (PtyPair pair = new PtyPair(folder);
        PeerProgram synth = fluidSynth(pair.near(), folder)) {
      synth.awaitLine("Using 'oss' midi driver");
      try (Endpoint endpoint =
          provider.create(
              BridgeSettings.of(
                  provider.settings(),
                  Map.of(
                      "port", Value.of("raw:" + pair.far()),
                      "device_name", Value.of("synth"))),
              context)) {
        endpoint.start();
        context.awaitTold("up");
        send(endpoint, "/synth/ch/0/program", SignalType.EVENT, Value.of(5));
        assertThat(words(synth.awaitLine("prog\t0\t"))).contains("prog 0 0 5");
        send(
            endpoint,
            "/synth/ch/0/note",
            SignalType.EVENT,
            Value.of(Map.of("note", Value.of(60), "velocity", Value.of(100))));
        assertThat(words(synth.awaitLine("noteon"))).contains("noteon 0 60 100");
        send(endpoint, "/synth/ch/3/cc/7", SignalType.PARAM, Value.of(80));
        assertThat(words(synth.awaitLine("cc\t3"))).contains("cc 3 7 80");
        send(endpoint, "/synth/ch/0/bend", SignalType.PARAM, Value.of(2048));
        assertThat(words(synth.awaitLine("pitchb"))).contains("pitchb 0 10240");
        send(endpoint, "/synth/ch/0/poly/60", SignalType.PARAM, Value.of(34));
        assertThat(words(synth.awaitLine("keypressure"))).contains("keypressure 0 60 34");
        send(endpoint, "/synth/ch/0/pressure", SignalType.PARAM, Value.of(17));
        assertThat(words(synth.awaitLine("channelpressure"))).contains("channelpressure 0 17");
        // Universal system exclusive: master volume. What comes behind it is still understood.
        send(
            endpoint,
            "/synth/sysex",
            SignalType.EVENT,
            Value.of(new byte[] {(byte) 0xF0, 0x7F, 0x7F, 4, 1, 0, 100, (byte) 0xF7}));
        send(
            endpoint,
            "/synth/ch/9/note",
            SignalType.EVENT,
            Value.of(Map.of("note", Value.of(36), "velocity", Value.of(1))));
        assertThat(words(synth.awaitLine("noteon"))).contains("noteon 9 36 1");
      }
      // The bridge has stopped: nothing sounds on.
      assertThat(words(synth.awaitLine("noteoff"))).contains("noteoff 0 60");
      synth.awaitLine("noteoff\t9\t36");
    }
  }

  private static void send(Endpoint endpoint, String path, SignalType type, Value value) {
    endpoint.send(Parcel.of(new MappedSignal(path, type, value)));
  }

  private static String words(String line) {
    return line.replaceAll("\\s+", " ");
  }
}
