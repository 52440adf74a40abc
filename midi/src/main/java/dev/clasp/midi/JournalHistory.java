package dev.clasp.midi;

import dev.clasp.midi.JournalChannel.Control;
import dev.clasp.midi.JournalChannel.KeyPressure;
import dev.clasp.midi.JournalChannel.NoteOn;
import dev.clasp.midi.JournalChannel.Notes;
import dev.clasp.midi.JournalChannel.Parameter;
import dev.clasp.midi.JournalChannel.Parameters;
import dev.clasp.midi.JournalChannel.Pending;
import dev.clasp.midi.JournalChannel.Pressure;
import dev.clasp.midi.JournalChannel.Program;
import dev.clasp.midi.JournalChannel.Tool;
import dev.clasp.midi.JournalChannel.Wheel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a sender has said, as far as a journal may have to say it again (RFC 6295 section 4): for
 * each note, controller and so on the last command and the packet that it was in. Packets have
 * numbers that do not begin again. Not thread-safe.
 *
 * <p>A command that undoes others takes them out: all notes off ends each note that sounds, and
 * reset of controllers (RP-015) leaves no modulation, expression, pedals, wheel and pressures.
 */
final class JournalHistory {

  /** The last command of its kind. */
  private static final class Slot {
    private int value;
    private long packet = -1;
    private long stamp;

    boolean since(long checkpoint) {
      return packet >= checkpoint;
    }

    void clear() {
      packet = -1;
    }
  }

  /** RP-015: what controller 121 sets back. */
  private static final int[] RESET = {1, 33, 11, 43, 64, 65, 66, 67, 68, 69};

  static int[] resetControllers() {
    return RESET.clone();
  }

  private final class Channel {
    private final int number;
    private final Slot[] notes = slots();
    private final Slot[] controls = slots();
    private final Slot[] keyPressures = slots();
    private final Slot wheel = new Slot();
    private final Slot pressure = new Slot();
    private final Slot program = new Slot();
    private Program programThen = new Program(false, 0, false, 0, 0);
    private int bankMsb = -1;
    private int bankLsb = -1;
    private final JournalParameters parameters = new JournalParameters();
    private final Map<Integer, Slot> parameterSlots = new HashMap<>();
    private final Slot selection = new Slot();
    private final int[] counts = new int[128];
    private long newest = -1;

    Channel(int number) {
      this.number = number;
    }

    void sent(byte[] m, long packet) {
      newest = packet;
      switch (m[0] & 0xF0) {
        case 0x80 -> set(notes[m[1]], 0, packet);
        case 0x90 -> set(notes[m[1]], m[2], packet);
        case 0xA0 -> set(keyPressures[m[1]], m[2], packet);
        case 0xB0 -> control(m[1], m[2], packet);
        case 0xC0 -> {
          set(program, m[1], packet);
          programThen =
              new Program(
                  false,
                  m[1],
                  bankMsb >= 0 || bankLsb >= 0,
                  Math.max(0, bankMsb),
                  Math.max(0, bankLsb));
        }
        case 0xD0 -> set(pressure, m[1], packet);
        default -> set(wheel, m[2] << 7 | m[1], packet);
      }
    }

    private void control(int controller, int value, long packet) {
      if (parameters.control(controller, value)) {
        set(selection, 0, packet);
        controls[JournalParameters.DATA_MSB].clear();
        controls[JournalParameters.DATA_LSB].clear();
        if (parameters.selection() == JournalParameters.Selection.OPEN) {
          set(parameterSlots.computeIfAbsent(parameters.key(), _ -> new Slot()), 0, packet);
        }
        int forgotten = parameters.forget();
        if (forgotten >= 0) {
          Slot slot = parameterSlots.remove(forgotten);
          floor = slot == null ? floor : Math.max(floor, slot.packet + 1);
        }
        return;
      }
      set(controls[controller], value, packet);
      switch (controller) {
        case 0 -> bankMsb = value;
        case 32 -> bankLsb = value;
        case 121 -> {
          counts[controller]++;
          for (int each : RESET) {
            controls[each].clear();
          }
          wheel.clear();
          pressure.clear();
          for (Slot each : keyPressures) {
            each.clear();
          }
          parameters.deselect();
          set(selection, 0, packet);
        }
        case 120, 123, 124, 125, 126, 127 -> {
          counts[controller]++;
          if (controller > 123) {
            // Omni on and off, mono and poly: of two that exclude each other only one is true.
            controls[controller ^ 1].clear();
          }
          for (Slot note : notes) {
            if (note.value > 0) {
              set(note, 0, packet);
            }
          }
        }
        default -> {}
      }
    }

    Optional<JournalChannel> journal(long checkpoint, long current) {
      if (newest < checkpoint) {
        return Optional.empty();
      }
      Optional<Program> p =
          program.since(checkpoint)
              ? Optional.of(
                  new Program(
                      old(program, current),
                      programThen.number(),
                      programThen.bank(),
                      programThen.bankMsb(),
                      programThen.bankLsb()))
              : Optional.empty();
      Optional<Wheel> w =
          wheel.since(checkpoint)
              ? Optional.of(new Wheel(old(wheel, current), wheel.value))
              : Optional.empty();
      Optional<Pressure> t =
          pressure.since(checkpoint)
              ? Optional.of(new Pressure(old(pressure, current), pressure.value))
              : Optional.empty();
      List<KeyPressure> a = new ArrayList<>();
      for (int note : oldestFirst(keyPressures, checkpoint)) {
        a.add(new KeyPressure(old(keyPressures[note], current), note, keyPressures[note].value));
      }
      JournalChannel channel =
          new JournalChannel(
              number,
              p,
              controls(checkpoint, current),
              parameters(checkpoint, current),
              w,
              notes(checkpoint, current),
              List.of(),
              t,
              a);
      return Optional.of(channel);
    }

    private List<Control> controls(long checkpoint, long current) {
      List<Control> all = new ArrayList<>();
      for (int each : oldestFirst(controls, checkpoint)) {
        boolean counted = each == 120 || each == 121 || each == 123;
        all.add(
            new Control(
                old(controls[each], current),
                each,
                counted ? Tool.COUNT : Tool.VALUE,
                counted ? counts[each] & 0x3F : controls[each].value));
      }
      return all;
    }

    private Optional<Parameters> parameters(long checkpoint, long current) {
      if (!selection.since(checkpoint)) {
        return Optional.empty();
      }
      List<Map.Entry<Integer, Slot>> chosen = new ArrayList<>();
      for (Map.Entry<Integer, Slot> each : parameterSlots.entrySet()) {
        if (each.getValue().since(checkpoint)) {
          chosen.add(each);
        }
      }
      chosen.sort(Comparator.comparingLong(each -> each.getValue().stamp));
      List<Parameter> logs = new ArrayList<>();
      for (Map.Entry<Integer, Slot> each : chosen) {
        JournalParameters.Entry entry = parameters.entry(each.getKey());
        logs.add(
            new Parameter(
                old(each.getValue(), current),
                JournalParameters.nrpn(each.getKey()),
                JournalParameters.number(each.getKey()),
                entry.msb(),
                entry.lsb()));
      }
      Optional<Pending> pending =
          parameters.selection() == JournalParameters.Selection.HALF
              ? Optional.of(new Pending(parameters.nrpn(), parameters.msb()))
              : Optional.empty();
      return Optional.of(
          new Parameters(
              old(selection, current),
              pending,
              parameters.selection() == JournalParameters.Selection.OPEN,
              logs));
    }

    private Optional<Notes> notes(long checkpoint, long current) {
      List<NoteOn> on = new ArrayList<>();
      BitSet offs = new BitSet(128);
      boolean oldOffs = true;
      for (int note : oldestFirst(notes, checkpoint)) {
        Slot slot = notes[note];
        if (slot.value > 0) {
          on.add(new NoteOn(old(slot, current), note, true, slot.value));
        } else {
          offs.set(note);
          oldOffs &= old(slot, current);
        }
      }
      return on.isEmpty() && offs.isEmpty()
          ? Optional.empty()
          : Optional.of(new Notes(on, oldOffs, offs));
    }
  }

  private final @Nullable Channel[] channels = new Channel[16];
  private final Slot resets = new Slot();
  private final Slot tunes = new Slot();
  private final Slot song = new Slot();
  private final Slot sequencer = new Slot();
  private boolean running;
  private boolean begun;
  private int clocks;
  private long stamps;

  /** Nothing older can be told. */
  private long floor;

  private static Slot[] slots() {
    Slot[] slots = new Slot[128];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = new Slot();
    }
    return slots;
  }

  private void set(Slot slot, int value, long packet) {
    slot.value = value;
    slot.packet = packet;
    slot.stamp = stamps++;
  }

  private static boolean old(Slot slot, long current) {
    return slot.packet < current - 1;
  }

  private static List<Integer> oldestFirst(Slot[] slots, long checkpoint) {
    List<Integer> chosen = new ArrayList<>();
    for (int i = 0; i < slots.length; i++) {
      if (slots[i].since(checkpoint)) {
        chosen.add(i);
      }
    }
    chosen.sort(Comparator.comparingLong(i -> slots[i].stamp));
    return chosen;
  }

  /** A whole command has been put into a packet. */
  void sent(long packet, byte[] message) {
    int status = message[0] & 0xFF;
    if (status < 0xF0) {
      int number = status & 0x0F;
      Channel channel = channels[number];
      if (channel == null) {
        channel = new Channel(number);
        channels[number] = channel;
      }
      channel.sent(message, packet);
      return;
    }
    switch (status) {
      case 0xF2 -> {
        clocks = 6 * (message[2] << 7 | message[1]);
        set(sequencer, 0, packet);
      }
      case 0xF3 -> set(song, message[1], packet);
      case 0xF6 -> set(tunes, tunes.value + 1 & 0x7F, packet);
      case 0xF8 -> {
        if (running) {
          begun = true;
          clocks = clocks + 1 & JournalSystem.Sequencer.MASK;
          set(sequencer, 0, packet);
        }
      }
      case 0xFA, 0xFB, 0xFC -> {
        running = status != 0xFC;
        if (status == 0xFA) {
          clocks = 0;
        }
        if (running) {
          begun = false;
        }
        set(sequencer, 0, packet);
      }
      case 0xFF -> {
        Arrays.fill(channels, null);
        song.clear();
        sequencer.clear();
        running = false;
        begun = false;
        clocks = 0;
        set(resets, resets.value + 1 & 0x7F, packet);
      }
      default -> {}
    }
  }

  /**
   * The journal for a packet.
   *
   * @param confirmed the newest packet that has come to the other side
   * @param current the packet; what it carries itself is not in it
   * @param most bytes; if there is more to say, the oldest is left out and the checkpoint tells
   */
  RtpJournal journal(long confirmed, long current, int most) {
    floor = Math.max(floor, confirmed + 1);
    while (true) {
      RtpJournal journal = journal(Math.min(floor, current), current);
      if (journal.channels().stream().allMatch(JournalChannel::fits)
          && journal.write().length <= most) {
        return journal;
      }
      floor += Math.max(1, (current - floor) / 2);
    }
  }

  private RtpJournal journal(long checkpoint, long current) {
    List<JournalChannel> told = new ArrayList<>();
    for (Channel channel : channels) {
      if (channel != null) {
        channel.journal(checkpoint, current).ifPresent(told::add);
      }
    }
    return new RtpJournal((int) (checkpoint & 0xFFFF), system(checkpoint, current), told);
  }

  private Optional<JournalSystem> system(long checkpoint, long current) {
    Slot[] slots = {resets, tunes, song, sequencer};
    boolean any = false;
    boolean old = true;
    for (Slot each : slots) {
      if (each.since(checkpoint)) {
        any = true;
        old &= old(each, current);
      }
    }
    return any
        ? Optional.of(
            new JournalSystem(
                old,
                told(resets, checkpoint),
                told(tunes, checkpoint),
                told(song, checkpoint),
                sequencer.since(checkpoint)
                    ? Optional.of(
                        new JournalSystem.Sequencer(
                            old(sequencer, current), running, begun, clocks))
                    : Optional.empty()))
        : Optional.empty();
  }

  private static Optional<Integer> told(Slot slot, long checkpoint) {
    return slot.since(checkpoint) ? Optional.of(slot.value) : Optional.empty();
  }
}
