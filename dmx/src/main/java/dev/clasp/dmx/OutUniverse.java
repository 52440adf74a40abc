package dev.clasp.dmx;

import dev.clasp.protocol.Value;
import java.util.Arrays;
import java.util.List;

/** A universe that goes out: what was asked for, what becomes of it, when it is due. */
final class OutUniverse {

  /** What a slot is to masters. */
  private static final byte LIGHT = 0;

  private static final byte CONTROL = 1;

  /** The lower eight bits of another slot. */
  private static final byte FINE = 2;

  private static final int FULL = 0xFF;

  final int number;

  /** Asked for. */
  final byte[] levels = new byte[Dmx.SLOTS];

  /** With masters and limits; sent. */
  private final byte[] out = new byte[Dmx.SLOTS];

  private final byte[] kinds = new byte[Dmx.SLOTS];

  /** What slots are that belong to no pair. */
  private final byte[] alone = new byte[Dmx.SLOTS];

  /** Slot of the lower eight bits, or -1. */
  private final short[] fine = new short[Dmx.SLOTS];

  private final float[] factors = new float[Dmx.SLOTS];
  private final int[] least = new int[Dmx.SLOTS];
  private final int[] most = new int[Dmx.SLOTS];

  /** Somebody has set something: it is sent. */
  boolean live;

  boolean dirty;
  long dirtySince;
  boolean sent;
  long sentAt;
  int repeats;
  int sequence;
  long frames;

  OutUniverse(int number, Patch patch, List<DmxOutput.Limit> limits) {
    this.number = number;
    Arrays.fill(fine, (short) -1);
    Arrays.fill(factors, 1);
    Arrays.fill(most, FULL);
    for (Patch.Place place : patch.in(number)) {
      alone[place.slot()] = place.channel().mastered() ? LIGHT : CONTROL;
      kinds[place.slot()] = alone[place.slot()];
      if (place.fine() >= 0) {
        alone[place.fine()] = alone[place.slot()];
        joinFine(place.slot(), place.fine());
      }
      place(place, place.channel().level(Value.NULL), levels);
    }
    for (DmxOutput.Limit limit : limits) {
      if (limit.range().universe() == number) {
        Arrays.fill(least, limit.range().first() - 1, limit.range().last(), limit.least());
        Arrays.fill(most, limit.range().first() - 1, limit.range().last(), limit.most());
      }
    }
  }

  /** Makes a pair of two slots; pairs that one of them was in are none any more. */
  void joinFine(int slot, int low) {
    if (fine[slot] == low) {
      return;
    }
    for (int other = 0; other < Dmx.SLOTS; other++) {
      int its = fine[other];
      if (its >= 0 && (other == slot || other == low || its == slot || its == low)) {
        fine[other] = -1;
        kinds[its] = alone[its];
      }
    }
    fine[slot] = (short) low;
    kinds[low] = FINE;
  }

  /** What the masters leave of each slot. */
  void darken(float grand, float[] submasters) {
    for (int slot = 0; slot < Dmx.SLOTS; slot++) {
      factors[slot] = grand * submasters[slot];
    }
  }

  /** Puts a level of a parameter into slots. True if that changes anything. */
  static boolean place(Patch.Place place, int level, byte[] into) {
    return place.fine() < 0
        ? put(into, place.slot(), level)
        : put(into, place.slot(), level >> 8) | put(into, place.fine(), level);
  }

  static boolean put(byte[] into, int slot, int level) {
    boolean different = into[slot] != (byte) level;
    into[slot] = (byte) level;
    return different;
  }

  /** What is sent of these levels. */
  byte[] frame(byte[] wanted) {
    for (int slot = 0; slot < Dmx.SLOTS; slot++) {
      byte kind = kinds[slot];
      if (kind == FINE) {
        continue;
      }
      float factor = kind == LIGHT ? factors[slot] : 1;
      int low = fine[slot];
      if (low < 0) {
        int level = Math.round(Byte.toUnsignedInt(wanted[slot]) * factor);
        out[slot] = (byte) Math.clamp(level, least[slot], most[slot]);
      } else {
        int level = Byte.toUnsignedInt(wanted[slot]) << 8 | Byte.toUnsignedInt(wanted[low]);
        level = Math.round(level * factor);
        level = Math.clamp(level, least[slot] * 0x101, most[slot] * 0x101);
        out[slot] = (byte) (level >> 8);
        out[low] = (byte) level;
      }
    }
    return out;
  }

  void mark(long nanos) {
    if (!dirty) {
      dirty = true;
      dirtySince = nanos;
    }
  }

  /** When it is to be sent next. */
  long due(Pace pace) {
    if (!live) {
      return Long.MAX_VALUE;
    }
    if (dirty) {
      long gathered = dirtySince + pace.gatherNanos();
      return sent ? Math.max(gathered, sentAt + pace.intervalNanos()) : gathered;
    }
    return sentAt + (repeats > 0 ? pace.intervalNanos() : pace.keepAliveNanos());
  }

  void left(Pace pace, long nanos) {
    if (dirty) {
      repeats = pace.repeats();
    } else if (repeats > 0) {
      repeats--;
    }
    dirty = false;
    sent = true;
    sentAt = nanos;
    sequence++;
    frames++;
  }
}
