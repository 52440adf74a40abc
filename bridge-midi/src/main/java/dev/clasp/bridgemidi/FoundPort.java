package dev.clasp.bridgemidi;

/**
 * A port that is there.
 *
 * @param system who has it: {@code alsa}, {@code java}, {@code rtp}
 * @param id names it within the system, also when two have the same name
 * @param name as people know it: {@code nanoKONTROL2 MIDI 1}
 * @param detail more for people: maker, description; may be empty
 * @param input messages come from it
 * @param output messages can be sent to it
 * @param software a program and no device: the synthesizer of Java, the through port of ALSA.
 *     Patterns and numbers do not find it; only its whole name does
 */
record FoundPort(
    String system,
    String id,
    String name,
    String detail,
    boolean input,
    boolean output,
    boolean software) {}
