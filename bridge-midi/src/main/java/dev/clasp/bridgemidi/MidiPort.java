package dev.clasp.bridgemidi;

import dev.clasp.midi.MidiWriter;
import dev.clasp.midi.Ump;
import dev.clasp.midi.UmpTranslator;
import dev.clasp.protocol.Value;
import java.util.List;
import java.util.Map;

/**
 * A connection for MIDI in one or both directions: a device of this machine, a file of raw bytes, a
 * network session. It is made closed, opened once, and closed for good; in between it looks for its
 * other side by itself and again whenever that is lost.
 *
 * <p>Messages are bytes as MIDI 1.0 has them: a status byte always (no running status), channel and
 * system messages in one piece. SysEx comes and goes from F0 to F7, or in pieces in their order:
 * the first begins with F0, the others with a data byte or F7, the last ends with F7; only
 * real-time messages may stand between them.
 */
interface MidiPort extends AutoCloseable {

  /** Who hears of it. Called by threads of the port, one after the other; must not hold them up. */
  interface Listener {

    /**
     * Messages come or go, or go another way than before.
     *
     * @param how for people: {@code nanoKONTROL2 in and out}
     */
    void up(String how);

    /** Nothing comes and goes; the port goes on trying. */
    void down(String why);

    /**
     * A message.
     *
     * @param bytes belong to the receiver
     * @param nanos when it arrived, or was played as far as the port knows, in the time of {@link
     *     System#nanoTime}
     */
    void message(byte[] bytes, long nanos);

    /**
     * A packet that says more than a message of MIDI 1.0 can: a channel message of MIDI 2.0, tempo
     * and the like. Who does not know better takes what there is of it in MIDI 1.0.
     *
     * @param nanos as above
     */
    default void packet(Ump packet, long nanos) {
      if (packet instanceof Ump.Midi2 voice) {
        UmpTranslator.toMidi1(voice).forEach(message -> message(MidiWriter.bytes(message), nanos));
      }
    }

    /**
     * System exclusive of eight bits, which MIDI 1.0 does not have.
     *
     * @param data behind the number of the stream; belongs to the receiver
     */
    default void sysEx8(byte[] data, long nanos) {}

    /** Bytes that were no MIDI, or a message that could not be sent: it is gone. */
    void lost(String why);

    /** Something is wrong that lost nothing. */
    void error(String what);

    /** Bytes on the wire, for counters; with what the protocol puts around messages. */
    void bytes(long in, long out);
  }

  /** For people: {@code raw:/dev/snd/midiC1D0}. */
  String name();

  /**
   * Starts; returns at once, or soon. Later, or even before it returns, the listener hears {@code
   * up} or {@code down}.
   *
   * @throws dev.clasp.bridge.spi.BridgeException passing: a port of ours is taken; lasting: this
   *     can never work here
   */
  void open(Listener listener);

  /** Whether messages can be sent to it at all, if it is up. Constant. */
  default boolean sends() {
    return true;
  }

  /** Whether messages can come from it at all. Constant. */
  default boolean receives() {
    return true;
  }

  /**
   * Sends now. Never waits long: what is too much is told to {@link Listener#lost}. Any thread; the
   * order of one thread is kept, save that real-time messages may overtake.
   *
   * @param message complete, or a piece of SysEx; not changed afterwards by anybody
   * @param nanos when it happens, in the time of {@link System#nanoTime}: now, give or take some
   *     milliseconds; for protocols that carry the time
   */
  void send(byte[] message, long nanos);

  /**
   * Whether {@link #send(byte[], long, double)} and {@link #sendPackets} say more than MIDI 1.0.
   */
  default boolean packets() {
    return false;
  }

  /**
   * Sends now, as above.
   *
   * @param exact what the message says, with more bits ({@link dev.clasp.midi.UmpValue}); NaN if
   *     there are none
   */
  default void send(byte[] message, long nanos, double exact) {
    send(message, nanos);
  }

  /**
   * Sends packets that no message of MIDI 1.0 stands for; whoever cannot take them does not get
   * them. The group is that of the port, whatever they say.
   */
  default void sendPackets(List<Ump> packets) {}

  /** The data of system exclusive with eight bits. */
  default void sendSysEx8(byte[] data) {}

  /** For people who look at the bridge. Any thread. */
  default Map<String, Value> details() {
    return Map.of();
  }

  /**
   * Waits until what was sent has left, at most as long as given. For a good end: all notes off
   * before the port is closed.
   */
  default void flush(long nanos) {}

  /** Frees everything; idempotent. The listener hears nothing afterwards. */
  @Override
  void close();
}
