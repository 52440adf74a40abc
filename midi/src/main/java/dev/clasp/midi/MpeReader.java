package dev.clasp.midi;

import dev.clasp.midi.MidiMessage.ChannelPressure;
import dev.clasp.midi.MidiMessage.ControlChange;
import dev.clasp.midi.MidiMessage.NoteOff;
import dev.clasp.midi.MidiMessage.NoteOn;
import dev.clasp.midi.MidiMessage.PitchBend;
import dev.clasp.midi.MidiMessage.Voice;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Channel messages of zones as touches (RP-053). Zones come from settings or from the device, by
 * RPN 6 on a main channel. Memory is bounded: at most {@value #MAX_SOUNDING} notes sound at a time.
 * Not thread-safe.
 */
public final class MpeReader {

  private static final int MAX_SOUNDING = 128;
  private static final int PLAIN_TIMBRE = 64;

  private final Consumer<MpeTouch> out;
  private final int[] members = new int[MpeZone.values().length];
  private final Channel[] channels = new Channel[16];
  private final List<Sounding> sounding = new ArrayList<>();
  private long lastId;

  private static final class Channel {
    int bend;
    int pressure;
    int timbre = PLAIN_TIMBRE;
    double range;

    /** Of RPN; -1 is unknown. */
    int rpnMsb = -1;

    int rpnLsb = -1;

    Channel(double range) {
      this.range = range;
    }
  }

  private record Sounding(long id, MpeZone zone, int channel, int note, int velocity) {}

  public MpeReader(Consumer<MpeTouch> out) {
    this.out = out;
    for (int i = 0; i < 16; i++) {
      channels[i] = new Channel(MpeZone.MEMBER_BEND);
    }
  }

  /**
   * Makes a zone. What the other one has to give up for it, it gives up.
   *
   * @param count 0 to 15; 0 for no zone
   */
  public void zone(MpeZone zone, int count) {
    Range.check("members of a zone", count, 0, 15);
    MpeZone other = zone == MpeZone.LOWER ? MpeZone.UPPER : MpeZone.LOWER;
    members[zone.ordinal()] = count;
    members[other.ordinal()] = Math.min(members[other.ordinal()], Math.max(0, 14 - count));
    for (int i = 0; i < 16; i++) {
      channels[i] = new Channel(MpeZone.MEMBER_BEND);
    }
    for (MpeZone each : MpeZone.values()) {
      channels[each.main()].range = MpeZone.MAIN_BEND;
    }
    // The standard has all notes end here.
    for (Sounding each : List.copyOf(sounding)) {
      end(each, PLAIN_TIMBRE);
    }
  }

  /** Members of a zone, 0 to 15. */
  public int members(MpeZone zone) {
    return members[zone.ordinal()];
  }

  /**
   * Takes a channel message.
   *
   * @return whether it was a part of touches, and need not be looked at further
   */
  public boolean message(Voice message) {
    int number = message.channel();
    Channel channel = channels[number];
    boolean member = false;
    MpeZone zone = MpeZone.LOWER;
    boolean main = false;
    for (MpeZone each : MpeZone.values()) {
      int index = each.index(number);
      if (index >= 0 && index < members(each)) {
        member = true;
        zone = each;
      }
      if (each.main() == number && members(each) > 0) {
        main = true;
        zone = each;
      }
    }
    if (message instanceof ControlChange change && parameter(change, channel)) {
      return member;
    }
    if (main && message instanceof PitchBend(_, int value)) {
      channel.bend = value;
      move(zone, -1);
      return true;
    }
    return member && touch(message, zone, channel);
  }

  private boolean touch(Voice message, MpeZone zone, Channel channel) {
    int number = message.channel();
    switch (message) {
      case NoteOn(_, int note, int velocity) when velocity > 0 -> {
        if (sounding.size() == MAX_SOUNDING) {
          end(sounding.getFirst(), PLAIN_TIMBRE);
        }
        Sounding begun = new Sounding(++lastId, zone, number, note, velocity);
        sounding.add(begun);
        tell(begun, MpeTouch.Phase.START, velocity);
      }
      case NoteOn(_, int note, _) -> end(number, note, 64);
      case NoteOff(_, int note, int velocity) -> end(number, note, velocity);
      case PitchBend(_, int value) -> {
        channel.bend = value;
        move(zone, number);
      }
      case ChannelPressure(_, int pressure) -> {
        channel.pressure = pressure;
        move(zone, number);
      }
      case ControlChange(_, int controller, int value) when controller == Controllers.TIMBRE -> {
        channel.timbre = value;
        move(zone, number);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** RPN 0 is the range of bend, RPN 6 on a main channel the zone. */
  private boolean parameter(ControlChange change, Channel channel) {
    switch (change.controller()) {
      case 101 -> channel.rpnMsb = change.value();
      case 100 -> channel.rpnLsb = change.value();
      case 98, 99 -> {
        channel.rpnMsb = -1;
        channel.rpnLsb = -1;
        return false;
      }
      case 6 -> {
        if (channel.rpnMsb != 0) {
          return false;
        }
        if (channel.rpnLsb == 0) {
          range(change.channel(), change.value());
        } else if (channel.rpnLsb == 6) {
          for (MpeZone zone : MpeZone.values()) {
            if (zone.main() == change.channel()) {
              zone(zone, Math.min(15, change.value()));
            }
          }
        } else {
          return false;
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** What is said to one member holds for all of its zone. */
  private void range(int number, int semitones) {
    channels[number].range = Math.max(1, semitones);
    for (MpeZone zone : MpeZone.values()) {
      int index = zone.index(number);
      if (index >= 0 && index < members(zone)) {
        for (int i = 0; i < members(zone); i++) {
          channels[zone.member(i)].range = Math.max(1, semitones);
        }
      }
    }
  }

  private void move(MpeZone zone, int channel) {
    for (Sounding each : sounding) {
      if (each.zone == zone && (channel < 0 || each.channel == channel)) {
        tell(each, MpeTouch.Phase.MOVE, each.velocity);
      }
    }
  }

  private void end(int channel, int note, int velocity) {
    for (Sounding each : sounding) {
      if (each.channel == channel && each.note == note) {
        end(each, velocity);
        return;
      }
    }
  }

  private void end(Sounding each, int velocity) {
    sounding.remove(each);
    tell(each, MpeTouch.Phase.END, velocity);
  }

  private void tell(Sounding each, MpeTouch.Phase phase, int velocity) {
    Channel own = channels[each.channel];
    Channel main = channels[each.zone.main()];
    out.accept(
        new MpeTouch(
            each.zone,
            each.id,
            phase,
            each.note,
            velocity,
            MpeZone.semitones(own.bend, own.range) + MpeZone.semitones(main.bend, main.range),
            own.pressure,
            own.timbre));
  }
}
