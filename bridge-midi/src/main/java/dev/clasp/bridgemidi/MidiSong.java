package dev.clasp.bridgemidi;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.midi.MidiException;
import dev.clasp.midi.MidiMessage;
import dev.clasp.midi.MidiMessage.NoteOff;
import dev.clasp.midi.MidiMessage.NoteOn;
import dev.clasp.midi.MidiParser;
import dev.clasp.midi.MidiWriter;
import dev.clasp.midi.SmfPlayer;
import dev.clasp.midi.SmfReader;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A Standard MIDI File that is played, with its tempo. */
public final class MidiSong {

  /** How the state of a port ends whose file has been played. */
  public static final String ENDED = "has been played";

  /** Somebody may stop us; and a file may begin with a long pause. */
  private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(50);

  private static final long WAIT = TimeUnit.SECONDS.toNanos(10);
  private static final long FLUSH = TimeUnit.SECONDS.toNanos(2);
  private static final int PLAIN_VELOCITY = 64;

  private final String name;
  private final List<SmfPlayer.Due> events;

  private MidiSong(String name, List<SmfPlayer.Due> events) {
    this.name = name;
    this.events = events;
  }

  /**
   * Reads a file.
   *
   * @throws BridgeException lasting: it cannot be read, or is none
   */
  public static MidiSong read(String file) {
    try {
      Path path = Path.of(file);
      if (Files.size(path) > SmfReader.MAX_BYTES) {
        throw BridgeException.lasting(
            file
                + " has more than "
                + SmfReader.MAX_BYTES
                + " bytes; so long songs are not played");
      }
      List<SmfPlayer.Due> events = SmfPlayer.schedule(SmfReader.read(Files.readAllBytes(path)));
      if (events.isEmpty()) {
        throw BridgeException.lasting(file + " has nothing to play");
      }
      return new MidiSong(String.valueOf(path.getFileName()), events);
    } catch (IOException | InvalidPathException e) {
      throw BridgeException.lasting("cannot read " + file + ": " + e.getMessage());
    } catch (MidiException e) {
      throw BridgeException.lasting(file + ": " + e.getMessage());
    }
  }

  String name() {
    return name;
  }

  /** Who takes what is due. */
  interface Taker {
    void message(byte[] bytes, long nanos);
  }

  /**
   * Plays it, on this thread.
   *
   * @param loop again and again
   * @param stopped whether to end before the end
   */
  void play(boolean loop, BooleanSupplier stopped, Taker taker) {
    Sounding sounding = new Sounding();
    do {
      long start = System.nanoTime();
      for (SmfPlayer.Due due : events) {
        long when = start + due.nanos();
        for (long wait = when - System.nanoTime(); wait > 0; wait = when - System.nanoTime()) {
          if (stopped.getAsBoolean()) {
            sounding.end(taker);
            return;
          }
          LockSupport.parkNanos(Math.min(wait, LOOK));
        }
        if (stopped.getAsBoolean()) {
          break;
        }
        sounding.sent(due.bytes());
        taker.message(due.bytes(), when);
      }
      sounding.end(taker);
      // One that has next to no length would be played again at once, and keep a processor busy.
      if (loop && events.getLast().nanos() < LOOK) {
        LockSupport.parkNanos(LOOK);
      }
    } while (loop && !stopped.getAsBoolean());
  }

  /** Notes that a file leaves on. */
  private static final class Sounding {
    private final BitSet notes = new BitSet(16 * 128);

    void sent(byte[] bytes) {
      MidiParser.parse(bytes)
          .ifPresent(message -> {
            switch (message) {
              case NoteOn(int channel, int note, int velocity) ->
                  notes.set(channel << 7 | note, velocity > 0);
              case NoteOff(int channel, int note, _) -> notes.clear(channel << 7 | note);
              default -> {}
            }
          });
    }

    void end(Taker taker) {
      long now = System.nanoTime();
      notes.stream()
          .mapToObj(each -> new NoteOff(each >> 7, each & 0x7F, PLAIN_VELOCITY))
          .forEach(message -> taker.message(MidiWriter.bytes(message), now));
      notes.clear();
    }
  }

  /**
   * Plays it to the devices that settings of a bridge name, without a router. Waits 10 s at most
   * for them.
   *
   * @param stopped whether to end before the end
   * @param notes takes what happens to the devices
   * @throws BridgeException the settings are wrong, or a device is not there
   */
  public void play(
      Map<String, Value> settings, boolean loop, BooleanSupplier stopped, Consumer<String> notes) {
    play(MidiPorts.ofThisMachine(), settings, loop, stopped, notes);
  }

  void play(
      MidiPorts ports,
      Map<String, Value> settings,
      boolean loop,
      BooleanSupplier stopped,
      Consumer<String> notes) {
    Set<String> up = ConcurrentHashMap.newKeySet();
    try (LonePorts open = new LonePorts(ports, settings, false, notes)) {
      open.open((device, _) -> new Waiting(device, up, notes));
      int all = open.ports().size();
      Flushing.await(() -> up.size() == all || stopped.getAsBoolean(), WAIT);
      if (up.isEmpty() && !stopped.getAsBoolean()) {
        throw BridgeException.passing(
            "no device is there to play on; clasp midi --list shows them");
      }
      play(
          loop,
          stopped,
          (bytes, nanos) -> {
            for (MidiPort port : open.ports()) {
              if (port.sends()) {
                port.send(bytes, nanos);
              }
            }
          });
      open.ports().forEach(port -> port.flush(FLUSH));
    }
  }

  /** Hears only whether the device is there. */
  private static final class Waiting extends LoneListener {
    private final Set<String> up;

    Waiting(String device, Set<String> up, Consumer<String> notes) {
      super(device, notes);
      this.up = up;
    }

    @Override
    public void up(String how) {
      up.add(device());
      super.up(how);
    }

    @Override
    public void down(String why) {
      up.remove(device());
      super.down(why);
    }

    @Override
    void heard(MidiMessage message, long nanos) {}
  }
}
