package dev.clasp.midi;

/** Takes what a stream of bytes says. Called on the thread that feeds the parser. */
@FunctionalInterface
public interface MidiSink {

  void message(MidiMessage message);

  /** Bytes that are lost, in a sentence. */
  default void dropped(String why) {}
}
