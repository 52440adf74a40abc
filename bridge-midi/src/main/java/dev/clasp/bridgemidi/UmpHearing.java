package dev.clasp.bridgemidi;

import dev.clasp.midi.MidiMessage;
import dev.clasp.midi.MidiMessage.NoteOff;
import dev.clasp.midi.MidiMessage.NoteOn;
import dev.clasp.midi.MidiWriter;
import dev.clasp.midi.Ump;
import dev.clasp.midi.Ump.Midi2;
import dev.clasp.midi.Ump.Part;
import dev.clasp.midi.UmpTranslator;
import java.io.ByteArrayOutputStream;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Packets of one sender as what a port tells: messages of MIDI 1.0, and packets that say more. Puts
 * system exclusive together and knows which notes are held. Memory is bounded. Not thread-safe.
 */
final class UmpHearing {

  /** Who takes it. */
  interface Sink {
    void message(byte[] message);

    void packet(Ump packet);

    void sysEx8(byte[] data);

    void lost(String why);

    /** Something for another group than ours. */
    void otherGroup(int group);
  }

  /** Streams of system exclusive with eight bits at the same time. */
  private static final int MAX_STREAMS = 4;

  private static final int PLAIN_VELOCITY = 64;

  private final int group;
  private final int maxSysEx;
  private final Sink sink;
  private final BitSet held = new BitSet(16 * 128);
  private final Map<Integer, ByteArrayOutputStream> streams = new LinkedHashMap<>();
  private UmpTranslator translator;

  /**
   * @param group 0 to 15
   */
  UmpHearing(int group, int maxSysEx, Sink sink) {
    this.group = group;
    this.maxSysEx = maxSysEx;
    this.sink = sink;
    this.translator = new UmpTranslator(group, maxSysEx);
  }

  void packet(Ump packet) {
    switch (packet) {
      case Ump.Midi1 one -> {
        if (ours(one.group())) {
          messages(packet);
        }
      }
      case Ump.SysEx7 part -> {
        if (ours(part.group())) {
          messages(packet);
        }
      }
      case Midi2 voice -> {
        if (ours(voice.group())) {
          remember(voice);
          sink.packet(voice);
        }
      }
      case Ump.Data8 part -> {
        if (ours(part.group())) {
          data8(part);
        }
      }
      case Ump.Flex flex -> {
        if (ours(flex.group())) {
          sink.packet(flex);
        }
      }
      case Ump.Utility _, Ump.Stream _, Ump.Unknown _ -> {
        // Time stamps: what comes is handed on at once. The others are for somebody else.
      }
    }
  }

  private boolean ours(int other) {
    if (other != group) {
      sink.otherGroup(other);
    }
    return other == group;
  }

  private void messages(Ump packet) {
    for (MidiMessage message : translator.toMidi1(packet, sink::lost)) {
      switch (message) {
        case NoteOn(int channel, int note, int velocity) ->
            held.set(channel << 7 | note, velocity > 0);
        case NoteOff(int channel, int note, _) -> held.clear(channel << 7 | note);
        default -> {}
      }
      sink.message(MidiWriter.bytes(message));
    }
  }

  private void remember(Midi2 voice) {
    int key = voice.channel() << 7 | voice.index() >> 8 & 0x7F;
    if (voice.opcode() == Midi2.NOTE_ON) {
      held.set(key);
    } else if (voice.opcode() == Midi2.NOTE_OFF) {
      held.clear(key);
    }
  }

  /** The first byte that counts is the number of the stream. */
  private void data8(Ump.Data8 part) {
    if (part.status() > 3) {
      sink.lost("a mixed data set, which is not taken");
      return;
    }
    byte[] data = part.data();
    int stream = data[0] & 0xFF;
    Part place = Part.values()[part.status()];
    boolean begins = place == Part.COMPLETE || place == Part.START;
    boolean ends = place == Part.COMPLETE || place == Part.END;
    if (begins) {
      if (streams.remove(stream) != null) {
        sink.lost("a system exclusive message of eight bits that is cut off");
      }
      if (streams.size() == MAX_STREAMS) {
        sink.lost("more than " + MAX_STREAMS + " system exclusive messages at the same time");
        streams.remove(streams.keySet().iterator().next());
      }
      streams.put(stream, new ByteArrayOutputStream());
    }
    ByteArrayOutputStream whole = streams.get(stream);
    if (whole == null) {
      sink.lost("a part of a system exclusive message of eight bits without its beginning");
      return;
    }
    whole.write(data, 1, Math.clamp(part.count() - 1, 0, 13));
    if (whole.size() > maxSysEx) {
      streams.remove(stream);
      sink.lost("a system exclusive message of more than " + maxSysEx + " bytes");
    } else if (ends) {
      streams.remove(stream);
      sink.sysEx8(whole.toByteArray());
    }
  }

  /** Something is missing, or the sender is gone: ends what may sound, forgets what has begun. */
  void broken() {
    translator = new UmpTranslator(group, maxSysEx);
    streams.clear();
    held.stream()
        .forEach(each ->
            sink.message(MidiWriter.bytes(new NoteOff(each >> 7, each & 0x7F, PLAIN_VELOCITY))));
    held.clear();
  }
}
