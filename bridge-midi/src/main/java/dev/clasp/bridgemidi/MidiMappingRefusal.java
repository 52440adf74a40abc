package dev.clasp.bridgemidi;

/** A signal that no message can be made of; the text says why. Without a stack trace. */
final class MidiMappingRefusal extends RuntimeException {

  private static final long serialVersionUID = 1L;

  MidiMappingRefusal(String why) {
    super(why, null, false, false);
  }

  String why() {
    return String.valueOf(getMessage());
  }
}
