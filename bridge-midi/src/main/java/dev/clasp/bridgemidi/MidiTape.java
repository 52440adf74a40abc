package dev.clasp.bridgemidi;

import dev.clasp.midi.MidiMessage;
import dev.clasp.midi.SmfEvent;
import dev.clasp.midi.SmfWriter;
import dev.clasp.midi.StandardMidiFile;
import dev.clasp.protocol.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Records what comes from devices, without a router, for a Standard MIDI File of type 0. The time
 * is that of the devices: 500 ticks in a quarter note at 120 beats per minute, which is one tick
 * each millisecond. Thread-safe.
 */
public final class MidiTape implements AutoCloseable {

  private static final int DIVISION = 500;
  private static final int MICROS_PER_QUARTER = 500_000;
  private static final long TICK_NANOS = 1_000_000;

  /** Bytes that are kept: 64 MiB is the longest file that is read again. */
  private static final long MAX_BYTES = 32L << 20;

  private final LonePorts open;
  private final Consumer<String> notes;
  private final long started = System.nanoTime();

  /** Guarded by this. */
  private final List<SmfEvent> events = new ArrayList<>();

  private long bytes;
  private boolean full;

  /**
   * Opens the inputs of the devices that settings of a bridge name, and begins.
   *
   * @param notes takes what happens to the devices
   * @throws dev.clasp.bridge.spi.BridgeException the settings are wrong, or a port cannot be opened
   */
  public MidiTape(Map<String, Value> settings, Consumer<String> notes) {
    this(MidiPorts.ofThisMachine(), settings, notes);
  }

  MidiTape(MidiPorts ports, Map<String, Value> settings, Consumer<String> notes) {
    this.notes = notes;
    open = new LonePorts(ports, settings, true, notes);
    open.open((device, _) -> new Recording(device));
  }

  private final class Recording extends LoneListener {
    Recording(String device) {
      super(device, notes);
    }

    @Override
    void heard(MidiMessage message, long nanos) {
      record(message, nanos);
    }
  }

  /** Channel messages and system exclusive; clocks and the like are no part of a song. */
  private void record(MidiMessage message, long nanos) {
    long tick = Math.clamp((nanos - started) / TICK_NANOS, 0, Integer.MAX_VALUE);
    synchronized (this) {
      if (bytes > MAX_BYTES) {
        if (!full) {
          full = true;
          notes.accept("the tape is full: nothing more is recorded");
        }
        return;
      }
      switch (message) {
        case MidiMessage.Voice voice -> {
          bytes += 8;
          events.add(new SmfEvent.Channel(tick, voice));
        }
        case MidiMessage.SysEx exclusive -> {
          byte[] framed = exclusive.framed();
          bytes += framed.length + 8;
          events.add(new SmfEvent.Raw(tick, false, Arrays.copyOfRange(framed, 1, framed.length)));
        }
        default -> {
          // Not recorded.
        }
      }
    }
  }

  /** How many messages there are. */
  public synchronized int size() {
    return events.size();
  }

  /** What there is, as the bytes of a file. */
  public synchronized byte[] file() {
    // Several devices, and protocols that carry times, may not tell in order.
    List<SmfEvent> track = new ArrayList<>(events);
    track.sort(Comparator.comparingLong(SmfEvent::tick));
    track.addFirst(SmfEvent.Meta.tempo(0, MICROS_PER_QUARTER));
    long last = track.getLast().tick();
    track.add(SmfEvent.Meta.endOfTrack(last));
    return SmfWriter.write(new StandardMidiFile(0, DIVISION, List.of(track)), true);
  }

  @Override
  public void close() {
    open.close();
  }
}
