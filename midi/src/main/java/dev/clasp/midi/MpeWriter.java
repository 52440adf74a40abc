package dev.clasp.midi;

import dev.clasp.midi.MidiMessage.ChannelPressure;
import dev.clasp.midi.MidiMessage.ControlChange;
import dev.clasp.midi.MidiMessage.NoteOff;
import dev.clasp.midi.MidiMessage.NoteOn;
import dev.clasp.midi.MidiMessage.PitchBend;
import dev.clasp.midi.MidiMessage.Voice;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Touches as channel messages of a zone (RP-053). Each gets the channel that is silent for the
 * longest time, so that a note that fades is not bent; if none is, the oldest touch ends. Not
 * thread-safe.
 */
public final class MpeWriter {

  private final MpeZone zone;
  private final Slot[] slots;
  private long turn;

  private static final class Slot {
    final int channel;
    boolean busy;
    long id;
    int note;
    long changed;
    int bend;
    int pressure;
    int timbre = -1;

    Slot(int channel) {
      this.channel = channel;
    }
  }

  /**
   * @param members 1 to 15
   */
  public MpeWriter(MpeZone zone, int members) {
    Range.check("members of a zone", members, 1, 15);
    this.zone = zone;
    this.slots = new Slot[members];
    for (int i = 0; i < members; i++) {
      slots[i] = new Slot(zone.member(i));
    }
  }

  /** Tells the device of the zone. */
  public List<Voice> configuration() {
    return Controllers.parameter(zone.main(), ParameterKind.RPN, 6, slots.length << 7, true);
  }

  /** The messages for a touch; none for one that has not begun. */
  public List<Voice> touch(MpeTouch touch) {
    List<Voice> messages = new ArrayList<>();
    Slot slot = find(touch.id());
    switch (touch.phase()) {
      case START -> {
        if (slot == null) {
          slot = oldest();
        }
        if (slot.busy) {
          messages.add(new NoteOff(slot.channel, slot.note, 64));
        }
        slot.busy = true;
        slot.id = touch.id();
        slot.note = touch.note();
        slot.changed = ++turn;
        move(slot, touch, messages);
        messages.add(new NoteOn(slot.channel, touch.note(), Math.max(1, touch.velocity())));
      }
      case MOVE -> {
        if (slot != null) {
          move(slot, touch, messages);
        }
      }
      case END -> {
        if (slot != null) {
          slot.busy = false;
          slot.changed = ++turn;
          messages.add(new NoteOff(slot.channel, slot.note, touch.velocity()));
        }
      }
    }
    return messages;
  }

  private @Nullable Slot find(long id) {
    for (Slot slot : slots) {
      if (slot.busy && slot.id == id) {
        return slot;
      }
    }
    return null;
  }

  private Slot oldest() {
    Slot best = slots[0];
    for (Slot slot : slots) {
      if (slot.busy == best.busy ? slot.changed < best.changed : !slot.busy) {
        best = slot;
      }
    }
    return best;
  }

  private static void move(Slot slot, MpeTouch touch, List<Voice> messages) {
    int bend = MpeZone.bend(touch.bend(), MpeZone.MEMBER_BEND);
    if (bend != slot.bend) {
      slot.bend = bend;
      messages.add(new PitchBend(slot.channel, bend));
    }
    if (touch.timbre() != slot.timbre) {
      slot.timbre = touch.timbre();
      messages.add(new ControlChange(slot.channel, Controllers.TIMBRE, touch.timbre()));
    }
    if (touch.pressure() != slot.pressure) {
      slot.pressure = touch.pressure();
      messages.add(new ChannelPressure(slot.channel, touch.pressure()));
    }
  }
}
