package dev.clasp.bridgemidi;

import dev.clasp.midi.MidiMessage;
import dev.clasp.midi.MidiParser;
import dev.clasp.midi.MidiSink;
import java.util.function.Consumer;

/**
 * Hears one device without a router: what happens to it goes to the notes, its messages to whoever
 * extends this.
 */
abstract class LoneListener implements MidiPort.Listener {

  private final String device;
  private final Consumer<String> notes;
  private final MidiParser parser =
      new MidiParser(
          new MidiSink() {
            @Override
            public void message(MidiMessage message) {
              heard(message, arrival);
            }

            @Override
            public void dropped(String why) {
              note(why);
            }
          });
  private long arrival;

  LoneListener(String device, Consumer<String> notes) {
    this.device = device;
    this.notes = notes;
  }

  final String device() {
    return device;
  }

  /**
   * A message is complete. One at a time.
   *
   * @param nanos when it arrived, in the time of {@link System#nanoTime}
   */
  abstract void heard(MidiMessage message, long nanos);

  private void note(String what) {
    notes.accept(device + ": " + what);
  }

  @Override
  public void up(String how) {
    note(how);
  }

  @Override
  public void down(String why) {
    note(why);
  }

  @Override
  public final synchronized void message(byte[] bytes, long nanos) {
    arrival = nanos;
    parser.feed(bytes);
  }

  @Override
  public final void lost(String why) {
    note(why);
  }

  @Override
  public final void error(String what) {
    note(what);
  }

  @Override
  public final void bytes(long in, long out) {}
}
