package dev.clasp.bridgemidi;

import dev.clasp.midi.MidiMessage;
import dev.clasp.transform.MappedSignal;

/**
 * Where the mapping of a device puts what it makes. Called by whoever calls the mapping, under its
 * lock: must return soon, and must not call the mapping.
 */
interface MidiMappingSink {

  /** For the router; the path has the device in front. */
  void signal(MappedSignal signal);

  /** For the device. */
  void message(MidiMessage message);

  /** A signal or a message that is lost, in a sentence. */
  void dropped(String why);
}
