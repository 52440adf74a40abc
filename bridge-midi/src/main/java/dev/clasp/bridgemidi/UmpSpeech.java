package dev.clasp.bridgemidi;

import dev.clasp.midi.ControllerAssembler;
import dev.clasp.midi.MidiMessage;
import dev.clasp.midi.MidiParser;
import dev.clasp.midi.MidiSink;
import dev.clasp.midi.Ump;
import dev.clasp.midi.Ump.Data8;
import dev.clasp.midi.Ump.Midi2;
import dev.clasp.midi.Ump.Part;
import dev.clasp.midi.UmpTranslator;
import dev.clasp.midi.UmpValue;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages of MIDI 1.0 as packets, in two ways: with channel messages of MIDI 1.0, which say the
 * same, and with those of MIDI 2.0, which may say it more exactly. Thread-safe.
 */
final class UmpSpeech {

  /** Who takes packets, as MIDI 1.0 and as MIDI 2.0. Called under a lock, in order. */
  interface Out {
    void send(List<Ump> midi1, List<Ump> midi2);
  }

  /** Bytes of system exclusive with eight bits in a packet. */
  private static final int DATA = 13;

  private final int group;
  private final Out out;
  private final UmpTranslator translator;
  private final MidiParser parser;
  private double exact = Double.NaN;

  /** When half a parameter has waited long enough for its other half. */
  private long flushDue = Long.MAX_VALUE;

  private long now;

  UmpSpeech(int group, Out out) {
    this.group = group;
    this.out = out;
    this.translator = new UmpTranslator(group, 0);
    this.parser =
        new MidiParser(
            new MidiSink() {
              @Override
              public void message(MidiMessage message) {
                say(message);
              }
            });
  }

  /**
   * A message, or a piece of system exclusive.
   *
   * @param value more exactly, or NaN
   */
  synchronized void message(byte[] bytes, double value, long nanos) {
    exact = value;
    now = nanos;
    parser.feed(bytes);
    exact = Double.NaN;
  }

  private void say(MidiMessage message) {
    List<Ump> midi1 = UmpTranslator.packets(group, message);
    if (!(message instanceof MidiMessage.Voice voice)) {
      out.send(midi1, midi1);
      return;
    }
    List<Ump> midi2 = new ArrayList<>(translator.toMidi2(voice));
    flushDue = now + ControllerAssembler.WAIT_NANOS;
    if (!midi2.isEmpty() && midi2.getLast() instanceof Midi2 last) {
      // What waited before it comes first, and is not what the value is of.
      midi2.set(midi2.size() - 1, UmpValue.refined(last, exact));
    }
    out.send(midi1, midi2);
  }

  synchronized void tick(long nanos) {
    if (flushDue != Long.MAX_VALUE && nanos - flushDue >= 0) {
      flush();
    }
  }

  synchronized void flush() {
    flushDue = Long.MAX_VALUE;
    List<Ump> rest = translator.flush();
    if (!rest.isEmpty()) {
      out.send(List.of(), rest);
    }
  }

  /** What MIDI 1.0 cannot say. */
  synchronized void packets(List<Ump> packets) {
    out.send(List.of(), packets.stream().map(this::inGroup).toList());
  }

  private Ump inGroup(Ump packet) {
    return packet instanceof Midi2(int _, int opcode, int channel, int index, int data)
        ? new Midi2(group, opcode, channel, index, data)
        : packet;
  }

  synchronized void sysEx8(byte[] data) {
    List<Ump> packets = new ArrayList<>();
    int at = 0;
    do {
      int count = Math.min(DATA, data.length - at);
      boolean first = at == 0;
      boolean last = at + count == data.length;
      byte[] bytes = new byte[14];
      System.arraycopy(data, at, bytes, 1, count);
      Part part = first ? last ? Part.COMPLETE : Part.START : last ? Part.END : Part.CONTINUE;
      packets.add(new Data8(group, part.ordinal(), count + 1, bytes));
      at += count;
    } while (at < data.length);
    out.send(packets, packets);
  }
}
