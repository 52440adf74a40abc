package dev.clasp.bridgemidi;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sound.midi.InvalidMidiDataException;
import javax.sound.midi.MidiDevice;
import javax.sound.midi.MidiMessage;
import javax.sound.midi.MidiSystem;
import javax.sound.midi.MidiUnavailableException;
import javax.sound.midi.Receiver;
import javax.sound.midi.Sequencer;
import javax.sound.midi.ShortMessage;
import javax.sound.midi.Synthesizer;
import javax.sound.midi.SysexMessage;
import javax.sound.midi.Transmitter;

/**
 * The ports that {@code javax.sound.midi} knows: of Windows, of macOS, raw ones of Linux, and those
 * of other providers on the class path, such as CoreMIDI4J.
 *
 * <p>The list is asked for again and again; nothing tells of changes. The JDK itself reads its own
 * devices anew only when their number has changed, so one that is swapped for another within a
 * second is not noticed; and its provider for macOS does not notice devices that come later at all,
 * which CoreMIDI4J does.
 */
final class JavaPorts implements PortSystem {

  static final String NAME = "java";

  /** Stands before the names of CoreMIDI4J. */
  private static final String CORE_MIDI = "CoreMIDI4J - ";

  private static final int SYSEX = 0xF0;
  private static final int SYSEX_GOES_ON = 0xF7;

  private record Device(FoundPort port, MidiDevice device) {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Optional<String> missing() {
    return Optional.empty();
  }

  @Override
  public List<FoundPort> list() {
    return devices().stream().map(Device::port).toList();
  }

  private static List<Device> devices() {
    MidiDevice.Info[] all;
    try {
      all = MidiSystem.getMidiDeviceInfo();
    } catch (RuntimeException | LinkageError e) {
      // A provider that fails, or a Java without sound.
      return List.of();
    }
    boolean core = Arrays.stream(all).anyMatch(info -> info.getName().startsWith(CORE_MIDI));
    List<Device> devices = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (MidiDevice.Info info : all) {
      MidiDevice device;
      try {
        device = MidiSystem.getMidiDevice(info);
      } catch (MidiUnavailableException | IllegalArgumentException e) {
        // It went away in between.
        continue;
      }
      boolean input = device.getMaxTransmitters() != 0;
      boolean output = device.getMaxReceivers() != 0;
      boolean software = device instanceof Synthesizer;
      boolean twin =
          core
              && !software
              && !info.getName().startsWith(CORE_MIDI)
              && device.getClass().getName().startsWith("com.sun.media.sound.");
      if (twin || device instanceof Sequencer || !input && !output) {
        continue;
      }
      String name =
          info.getName().startsWith(CORE_MIDI)
              ? info.getName().substring(CORE_MIDI.length())
              : info.getName();
      String id = name + (input ? " in" : "") + (output ? " out" : "");
      for (int i = 2; !ids.add(id); i++) {
        id = name + (input ? " in " : " out ") + i;
      }
      String detail =
          info.getDescription() + (info.getVendor().isEmpty() ? "" : ", " + info.getVendor());
      devices.add(
          new Device(
              new FoundPort(NAME, id, name.strip(), detail, input, output, software), device));
    }
    return devices;
  }

  private static MidiDevice device(FoundPort port) throws IOException {
    return devices().stream()
        .filter(each -> each.port().id().equals(port.id()))
        .map(Device::device)
        .findFirst()
        .orElseThrow(() -> new IOException(port.name() + " is gone"));
  }

  @Override
  public OpenPort openInput(FoundPort port, Sink sink) throws IOException {
    MidiDevice device = device(port);
    try {
      device.open();
      Transmitter transmitter = device.getTransmitter();
      transmitter.setReceiver(
          new Receiver() {
            @Override
            public void send(MidiMessage message, long micros) {
              byte[] bytes = bytes(message);
              if (bytes.length > 0) {
                sink.message(bytes, System.nanoTime());
              }
            }

            @Override
            public void close() {}
          });
    } catch (MidiUnavailableException | RuntimeException e) {
      device.close();
      throw busy(port, e);
    }
    return device::close;
  }

  @Override
  public OpenPort openOutput(FoundPort port) throws IOException {
    MidiDevice device = device(port);
    Receiver receiver;
    try {
      device.open();
      receiver = device.getReceiver();
    } catch (MidiUnavailableException | RuntimeException e) {
      device.close();
      throw busy(port, e);
    }
    return new OpenPort() {
      @Override
      public void send(byte[] message) throws IOException {
        try {
          receiver.send(message(message), -1);
        } catch (InvalidMidiDataException | IllegalStateException e) {
          throw new IOException(e.getMessage(), e);
        }
      }

      @Override
      public void close() {
        device.close();
      }
    };
  }

  private static IOException busy(FoundPort port, Exception e) {
    return new IOException(
        "cannot open "
            + port.name()
            + ": "
            + e.getMessage()
            + "; has another program opened it? On Windows and with raw ports only one can",
        e);
  }

  @Override
  public OpenPort virtual(String name, Sink sink) throws IOException {
    throw new IOException(
        "Java cannot make ports for other programs: on Linux it needs the ALSA sequencer; on macOS"
            + " use the IAC driver, on Windows loopMIDI");
  }

  @Override
  public Runnable watch(Runnable changed) {
    return () -> {};
  }

  /** What follows a first piece of SysEx has F7 in front in Java, which is not sent. */
  private static byte[] bytes(MidiMessage message) {
    byte[] all = message.getMessage();
    int length = Math.min(message.getLength(), all.length);
    int from = length > 0 && (all[0] & 0xFF) == SYSEX_GOES_ON ? 1 : 0;
    return Arrays.copyOfRange(all, from, Math.max(from, length));
  }

  private static MidiMessage message(byte[] bytes) throws InvalidMidiDataException {
    int status = bytes[0] & 0xFF;
    if (status == SYSEX) {
      return new SysexMessage(bytes, bytes.length);
    }
    if (status < 0x80 || status == SYSEX_GOES_ON) {
      return new SysexMessage(SYSEX_GOES_ON, bytes, bytes.length);
    }
    return new ShortMessage(
        status, bytes.length > 1 ? bytes[1] : 0, bytes.length > 2 ? bytes[2] : 0);
  }
}
