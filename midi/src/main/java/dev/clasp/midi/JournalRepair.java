package dev.clasp.midi;

import dev.clasp.midi.JournalChannel.Control;
import dev.clasp.midi.JournalChannel.KeyPressure;
import dev.clasp.midi.JournalChannel.NoteOn;
import dev.clasp.midi.JournalChannel.Notes;
import dev.clasp.midi.JournalChannel.Parameter;
import dev.clasp.midi.JournalChannel.Parameters;
import dev.clasp.midi.JournalChannel.Program;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a receiver has heard, and what it takes to bring that to where a journal says the sender is
 * (RFC 4696 section 7): only what differs is said again. Not thread-safe.
 */
final class JournalRepair {

  /** Clocks that are made good one by one; more is a jump. */
  private static final int MOST_CLOCKS = 96;

  private static final int RELEASE = 64;
  private static final int UNKNOWN = -1;

  private static final class Channel {
    private final int[] notes = new int[128];
    private final int[] controls = unknown(128);
    private final int[] keyPressures = unknown(128);
    private final int[] counts = new int[128];
    private final JournalParameters parameters = new JournalParameters();
    private int wheel = UNKNOWN;
    private int pressure = UNKNOWN;
    private int program = UNKNOWN;
    private int programMsb;
    private int programLsb;

    void heard(byte[] m) {
      switch (m[0] & 0xF0) {
        case 0x80 -> notes[m[1]] = 0;
        case 0x90 -> notes[m[1]] = m[2];
        case 0xA0 -> keyPressures[m[1]] = m[2];
        case 0xB0 -> control(m[1], m[2]);
        case 0xC0 -> {
          program = m[1];
          programMsb = Math.max(0, controls[0]);
          programLsb = Math.max(0, controls[32]);
        }
        case 0xD0 -> pressure = m[1];
        default -> wheel = m[2] << 7 | m[1];
      }
    }

    private void control(int controller, int value) {
      controls[controller] = value;
      if (parameters.control(controller, value)) {
        parameters.forget();
        return;
      }
      switch (controller) {
        case 121 -> {
          counts[controller]++;
          for (int each : JournalHistory.resetControllers()) {
            controls[each] = UNKNOWN;
          }
          wheel = UNKNOWN;
          pressure = UNKNOWN;
          Arrays.fill(keyPressures, UNKNOWN);
          parameters.deselect();
        }
        case 120, 123, 124, 125, 126, 127 -> {
          counts[controller]++;
          if (controller > 123) {
            controls[controller ^ 1] = UNKNOWN;
          }
          Arrays.fill(notes, 0);
        }
        default -> {}
      }
    }

    private static int[] unknown(int count) {
      int[] values = new int[count];
      Arrays.fill(values, UNKNOWN);
      return values;
    }
  }

  private final @Nullable Channel[] channels = new Channel[16];
  private int resets;
  private int tunes;
  private int song = UNKNOWN;
  private boolean running;
  private int clocks;
  private List<byte[]> out = new ArrayList<>();

  private Channel channel(int number) {
    Channel channel = channels[number];
    if (channel == null) {
      channel = new Channel();
      channels[number] = channel;
    }
    return channel;
  }

  /** A whole command has been handed on. */
  void heard(byte[] message) {
    int status = message[0] & 0xFF;
    if (status < 0xF0) {
      channel(status & 0x0F).heard(message);
      return;
    }
    switch (status) {
      case 0xF2 -> clocks = 6 * (message[2] << 7 | message[1]);
      case 0xF3 -> song = message[1];
      case 0xF6 -> tunes = tunes + 1 & 0x7F;
      case 0xF8 -> clocks = running ? clocks + 1 & JournalSystem.Sequencer.MASK : clocks;
      case 0xFA -> {
        clocks = 0;
        running = true;
      }
      case 0xFB -> running = true;
      case 0xFC -> running = false;
      case 0xFF -> {
        Arrays.fill(channels, null);
        song = UNKNOWN;
        running = false;
        clocks = 0;
        resets = resets + 1 & 0x7F;
      }
      default -> {}
    }
  }

  private void say(int... bytes) {
    byte[] message = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      message[i] = (byte) bytes[i];
    }
    out.add(message);
    heard(message);
  }

  private List<byte[]> said() {
    List<byte[]> all = out;
    out = new ArrayList<>();
    return all;
  }

  /** Ends all that sounds. */
  List<byte[]> silence() {
    endNotes();
    return said();
  }

  private void endNotes() {
    for (int number = 0; number < channels.length; number++) {
      Channel channel = channels[number];
      if (channel != null) {
        for (int note = 0; note < channel.notes.length; note++) {
          if (channel.notes[note] > 0) {
            say(0x80 | number, note, RELEASE);
          }
        }
      }
    }
  }

  /**
   * What makes good what was lost, in the order in which it is to be played.
   *
   * @param whole whether the journal goes back far enough; otherwise notes that it does not name
   *     end, for they may have ended
   */
  List<byte[]> repair(RtpJournal journal, boolean whole) {
    journal.system().ifPresent(this::system);
    if (!whole) {
      endUnnamed(journal);
    }
    journal.channels().forEach(this::channel);
    journal.system().flatMap(JournalSystem::sequencer).ifPresent(this::sequencer);
    return said();
  }

  private void endUnnamed(RtpJournal journal) {
    List<byte[]> kept = out;
    out = new ArrayList<>();
    for (int number = 0; number < channels.length; number++) {
      Channel channel = channels[number];
      if (channel == null) {
        continue;
      }
      boolean[] named = new boolean[128];
      for (JournalChannel told : journal.channels()) {
        if (told.channel() == number) {
          told.notes().ifPresent(notes -> notes.on().forEach(each -> named[each.note()] = true));
        }
      }
      for (int note = 0; note < named.length; note++) {
        if (channel.notes[note] > 0 && !named[note]) {
          say(0x80 | number, note, RELEASE);
        }
      }
    }
    kept.addAll(out);
    out = kept;
  }

  private void system(JournalSystem told) {
    if (told.resets().isPresent() && told.resets().get() != resets) {
      endNotes();
      say(0xFF);
      resets = told.resets().get();
    }
    if (told.tunes().isPresent() && told.tunes().get() != tunes) {
      say(0xF6);
      tunes = told.tunes().get();
    }
    if (told.song().isPresent() && told.song().get() != song) {
      say(0xF3, told.song().get());
    }
  }

  private void sequencer(JournalSystem.Sequencer told) {
    int ahead = told.clocks() - clocks;
    if (told.running() && running && ahead >= 0 && ahead <= MOST_CLOCKS) {
      clock(ahead);
      return;
    }
    if (told.running() == running && ahead == 0) {
      return;
    }
    if (running) {
      say(0xFC);
      if (!told.running() && told.clocks() == clocks) {
        return;
      }
    }
    // A place is in sixteenths, of six clocks; what is left over is played.
    int place = Math.min(told.clocks() / 6, 0x3FFF);
    int rest = Math.clamp(told.clocks() - 6 * place, 0, MOST_CLOCKS);
    if (told.running() && place == 0) {
      say(0xFA);
    } else {
      say(0xF2, place & 0x7F, place >> 7);
      if (told.running() || rest > 0) {
        say(0xFB);
      }
    }
    if (running) {
      clock(rest);
    }
    if (running && !told.running()) {
      say(0xFC);
    }
    clocks = told.clocks();
  }

  private void clock(int count) {
    for (int i = 0; i < count; i++) {
      say(0xF8);
    }
  }

  private void channel(JournalChannel told) {
    int number = told.channel();
    Channel channel = channel(number);
    told.program().ifPresent(each -> program(number, channel, each));
    told.parameters().ifPresent(each -> parameters(number, channel, each));
    told.controls().forEach(each -> control(number, channel, each));
    told.parameters().ifPresent(each -> select(number, channel, each));
    told.wheel()
        .ifPresent(each -> {
          if (each.value() != channel.wheel) {
            say(0xE0 | number, each.value() & 0x7F, each.value() >> 7);
          }
        });
    told.notes().ifPresent(each -> notes(number, channel, each, told));
    told.pressure()
        .ifPresent(each -> {
          if (each.value() != channel.pressure) {
            say(0xD0 | number, each.value());
          }
        });
    for (KeyPressure each : told.keyPressures()) {
      if (each.value() != channel.keyPressures[each.note()]) {
        say(0xA0 | number, each.note(), each.value());
      }
    }
  }

  private void program(int number, Channel channel, Program told) {
    boolean same =
        told.number() == channel.program
            && (!told.bank()
                || told.bankMsb() == channel.programMsb && told.bankLsb() == channel.programLsb);
    if (!same) {
      if (told.bank() && told.bankMsb() != Math.max(0, channel.controls[0])) {
        say(0xB0 | number, 0, told.bankMsb());
      }
      if (told.bank() && told.bankLsb() != Math.max(0, channel.controls[32])) {
        say(0xB0 | number, 32, told.bankLsb());
      }
      say(0xC0 | number, told.number());
    }
  }

  private void control(int number, Channel channel, Control told) {
    int controller = told.number();
    switch (told.tool()) {
      case VALUE -> {
        // Whether a mode message was heard no value tells; what notes do stands in chapter N.
        boolean once = controller == 120 || controller == 121 || controller == 123;
        if (!once && channel.controls[controller] != told.value()) {
          say(0xB0 | number, controller, told.value());
        }
      }
      case TOGGLE -> {
        boolean on = (told.value() & 1) != 0;
        if (on != channel.controls[controller] >= 64) {
          say(0xB0 | number, controller, on ? 127 : 0);
        }
      }
      case COUNT -> {
        boolean mode = controller >= 120;
        if (mode && (channel.counts[controller] & 0x3F) != told.value()) {
          say(0xB0 | number, controller, 0);
        }
        channel.counts[controller] = told.value();
      }
    }
  }

  private void parameters(int number, Channel channel, Parameters told) {
    for (Parameter each : told.logs()) {
      JournalParameters.Entry known =
          channel.parameters.entry(JournalParameters.key(each.nrpn(), each.number()));
      boolean entered = each.msb() >= 0 || each.lsb() >= 0;
      if (entered && !known.equals(new JournalParameters.Entry(each.msb(), each.lsb()))) {
        open(number, each.nrpn(), each.number());
        if (each.msb() >= 0) {
          say(0xB0 | number, JournalParameters.DATA_MSB, each.msb());
        }
        if (each.lsb() >= 0) {
          say(0xB0 | number, JournalParameters.DATA_LSB, each.lsb());
        }
      }
    }
    select(number, channel, told);
  }

  private void open(int number, boolean nrpn, int parameter) {
    int msb = nrpn ? JournalParameters.NRPN_MSB : JournalParameters.RPN_MSB;
    int lsb = nrpn ? JournalParameters.NRPN_LSB : JournalParameters.RPN_LSB;
    say(0xB0 | number, msb, parameter >> 7);
    say(0xB0 | number, lsb, parameter & 0x7F);
  }

  private void select(int number, Channel channel, Parameters told) {
    JournalParameters known = channel.parameters;
    if (told.pending().isPresent()) {
      boolean nrpn = told.pending().get().nrpn();
      int msb = told.pending().get().msb();
      if (known.selection() != JournalParameters.Selection.HALF
          || known.nrpn() != nrpn
          || known.msb() != msb) {
        int controller = nrpn ? JournalParameters.NRPN_MSB : JournalParameters.RPN_MSB;
        say(0xB0 | number, controller, msb);
      }
    } else if (told.open() && !told.logs().isEmpty()) {
      Parameter last = told.logs().getLast();
      if (known.selection() != JournalParameters.Selection.OPEN
          || known.key() != JournalParameters.key(last.nrpn(), last.number())) {
        open(number, last.nrpn(), last.number());
      }
    } else if (known.selection() != JournalParameters.Selection.NOTHING) {
      open(number, false, 0x3FFF);
    }
  }

  private void notes(int number, Channel channel, Notes told, JournalChannel all) {
    for (int note = told.offs().nextSetBit(0); note >= 0; note = told.offs().nextSetBit(note + 1)) {
      int ended = note;
      if (channel.notes[note] > 0) {
        int velocity =
            all.releases().stream()
                .filter(each -> each.note() == ended)
                .mapToInt(JournalChannel.Release::velocity)
                .findFirst()
                .orElse(RELEASE);
        say(0x80 | number, note, velocity);
      }
    }
    for (NoteOn each : told.on()) {
      int before = channel.notes[each.note()];
      if (each.play() && before != each.velocity()) {
        if (before > 0) {
          say(0x80 | number, each.note(), RELEASE);
        }
        say(0x90 | number, each.note(), each.velocity());
      }
    }
  }
}
