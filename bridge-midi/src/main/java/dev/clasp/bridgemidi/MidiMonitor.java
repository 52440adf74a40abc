package dev.clasp.bridgemidi;

import dev.clasp.midi.MidiMessage;
import dev.clasp.protocol.Value;
import java.util.Map;
import java.util.function.Consumer;

/** Listens to devices without a router, and tells what comes. */
public final class MidiMonitor implements AutoCloseable {

  /**
   * Something has come.
   *
   * @param device its name
   * @param nanos when, since the monitor was started
   * @param bytes in hexadecimal
   * @param text what it means, in the words of addresses
   * @param realTime a clock tick, active sensing and the like
   */
  public record Seen(String device, long nanos, String bytes, String text, boolean realTime) {}

  private final LonePorts open;
  private final long started = System.nanoTime();

  /**
   * Opens the inputs of the devices that settings of a bridge name.
   *
   * @param seen takes what comes; several threads
   * @param notes takes what happens to the devices
   * @throws dev.clasp.bridge.spi.BridgeException the settings are wrong, or a port cannot be opened
   */
  public MidiMonitor(Map<String, Value> settings, Consumer<Seen> seen, Consumer<String> notes) {
    this(MidiPorts.ofThisMachine(), settings, seen, notes);
  }

  MidiMonitor(
      MidiPorts ports, Map<String, Value> settings, Consumer<Seen> seen, Consumer<String> notes) {
    open = new LonePorts(ports, settings, true, notes);
    open.open((device, _) -> new Watching(device, seen, notes));
  }

  private final class Watching extends LoneListener {
    private final Consumer<Seen> seen;

    Watching(String device, Consumer<Seen> seen, Consumer<String> notes) {
      super(device, notes);
      this.seen = seen;
    }

    @Override
    void heard(MidiMessage message, long nanos) {
      seen.accept(
          new Seen(
              device(),
              nanos - started,
              MidiText.bytes(message),
              MidiText.of(message),
              message instanceof MidiMessage.RealTime));
    }
  }

  @Override
  public void close() {
    open.close();
  }
}
