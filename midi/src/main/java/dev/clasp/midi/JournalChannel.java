package dev.clasp.midi;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * What a journal says of a channel (RFC 6295 appendix A): a part for each chapter. Lists have the
 * oldest first.
 *
 * @param program chapter P
 * @param controls chapter C
 * @param parameters chapter M
 * @param wheel chapter W
 * @param notes chapter N
 * @param releases chapter E, of which only velocities are kept
 * @param pressure chapter T
 * @param keyPressures chapter A
 */
public record JournalChannel(
    int channel,
    Optional<Program> program,
    List<Control> controls,
    Optional<Parameters> parameters,
    Optional<Wheel> wheel,
    Optional<Notes> notes,
    List<Release> releases,
    Optional<Pressure> pressure,
    List<KeyPressure> keyPressures) {

  /**
   * @param bank whether the bank was selected before it
   */
  public record Program(boolean old, int number, boolean bank, int bankMsb, int bankLsb) {}

  /** How a controller is told. */
  public enum Tool {
    /** Its value. */
    VALUE,
    /** How often it went on or off, modulo 64. */
    TOGGLE,
    /** How often it was sent, modulo 64. */
    COUNT
  }

  public record Control(boolean old, int number, Tool tool, int value) {}

  /**
   * @param pending the first half of a number that has begun; NRPN and value
   * @param open whether the last of the logs is selected
   */
  public record Parameters(
      boolean old, Optional<Pending> pending, boolean open, List<Parameter> logs) {}

  public record Pending(boolean nrpn, int msb) {}

  /**
   * @param number 0 to 16383
   * @param msb what was entered; -1 if nothing was
   * @param lsb likewise
   */
  public record Parameter(boolean old, boolean nrpn, int number, int msb, int lsb) {}

  /**
   * @param value 0 to 16383
   */
  public record Wheel(boolean old, int value) {}

  /**
   * @param on that sound
   * @param oldOffs the B bit, for those that ended
   * @param offs that ended
   */
  public record Notes(List<NoteOn> on, boolean oldOffs, BitSet offs) {}

  /**
   * @param play the sender thinks that it is not too late (Y)
   * @param velocity 1 to 127
   */
  public record NoteOn(boolean old, int note, boolean play, int velocity) {}

  public record Release(int note, int velocity) {}

  public record Pressure(boolean old, int value) {}

  public record KeyPressure(boolean old, int note, int value) {}

  private static final int P = 0x80;
  private static final int C = 0x40;
  private static final int M = 0x20;
  private static final int W = 0x10;
  private static final int N = 0x08;
  private static final int E = 0x04;
  private static final int T = 0x02;
  private static final int A = 0x01;

  private static final int HEAD = 3;
  private static final int MAX_LENGTH = 0x3FF;
  private static final int M_HEAD = 2;

  public JournalChannel {
    controls = List.copyOf(controls);
    releases = List.copyOf(releases);
    keyPressures = List.copyOf(keyPressures);
  }

  boolean old() {
    return program.map(Program::old).orElse(true)
        && controls.stream().allMatch(Control::old)
        && parameters.map(Parameters::old).orElse(true)
        && wheel.map(Wheel::old).orElse(true)
        && notes
            .map(each -> each.on().stream().allMatch(NoteOn::old) && each.oldOffs())
            .orElse(true)
        && pressure.map(Pressure::old).orElse(true)
        && keyPressures.stream().allMatch(KeyPressure::old);
  }

  // --- reading -----------------------------------------------------------------------------------

  static JournalChannel read(RtpBytes from) throws RtpMidiException {
    int head = from.u16();
    int chapters = from.u8();
    RtpBytes in = from.part((head & MAX_LENGTH) - HEAD);
    Optional<Program> program = Optional.empty();
    if ((chapters & P) != 0) {
      int number = in.u8();
      int msb = in.u8();
      int lsb = in.u8();
      program = Optional.of(new Program(old(number), low(number), old(msb), low(msb), low(lsb)));
    }
    List<Control> controls = (chapters & C) == 0 ? List.of() : controls(in);
    Optional<Parameters> parameters =
        (chapters & M) == 0 ? Optional.empty() : Optional.of(parameters(in));
    Optional<Wheel> wheel = Optional.empty();
    if ((chapters & W) != 0) {
      int first = in.u8();
      wheel = Optional.of(new Wheel(old(first), low(in.u8()) << 7 | low(first)));
    }
    Optional<Notes> notes = (chapters & N) == 0 ? Optional.empty() : Optional.of(notes(in));
    List<Release> releases = (chapters & E) == 0 ? List.of() : releases(in);
    Optional<Pressure> pressure = Optional.empty();
    if ((chapters & T) != 0) {
      int octet = in.u8();
      pressure = Optional.of(new Pressure(old(octet), low(octet)));
    }
    List<KeyPressure> keyPressures = (chapters & A) == 0 ? List.of() : keyPressures(in);
    return new JournalChannel(
        head >> 11 & 0x0F,
        program,
        controls,
        parameters,
        wheel,
        notes,
        releases,
        pressure,
        keyPressures);
  }

  private static boolean old(int octet) {
    return (octet & 0x80) != 0;
  }

  private static int low(int octet) {
    return octet & 0x7F;
  }

  private static List<Control> controls(RtpBytes in) throws RtpMidiException {
    int count = low(in.u8()) + 1;
    List<Control> controls = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = in.u8();
      int value = in.u8();
      Tool tool = (value & 0x80) == 0 ? Tool.VALUE : (value & 0x40) == 0 ? Tool.TOGGLE : Tool.COUNT;
      controls.add(
          new Control(old(number), low(number), tool, tool == Tool.VALUE ? value : value & 0x3F));
    }
    return controls;
  }

  private static Parameters parameters(RtpBytes from) throws RtpMidiException {
    int head = from.u16();
    RtpBytes in = from.part((head & MAX_LENGTH) - M_HEAD);
    Optional<Pending> pending = Optional.empty();
    if ((head & 0x4000) != 0) {
      int octet = in.u8();
      pending = Optional.of(new Pending(old(octet), low(octet)));
    }
    boolean rpnOnly = (head & 0x1000) != 0;
    boolean nrpnOnly = (head & 0x0800) != 0;
    boolean short7 = (head & 0x0400) != 0 && (rpnOnly || nrpnOnly);
    List<Parameter> logs = new ArrayList<>();
    while (in.left() > 0) {
      int lsb = in.u8();
      int msb = short7 ? nrpnOnly ? 0x80 : 0 : in.u8();
      int flags = in.u8();
      int entryMsb = (flags & 0x80) == 0 ? -1 : low(in.u8());
      int entryLsb = (flags & 0x40) == 0 ? -1 : low(in.u8());
      in.skip((flags & 0x20) == 0 ? 0 : 2);
      in.skip((flags & 0x10) == 0 ? 0 : 2);
      in.skip((flags & 0x08) == 0 ? 0 : 1);
      logs.add(new Parameter(old(lsb), old(msb), low(msb) << 7 | low(lsb), entryMsb, entryLsb));
    }
    return new Parameters((head & 0x8000) != 0, pending, (head & 0x2000) != 0, logs);
  }

  private static Notes notes(RtpBytes in) throws RtpMidiException {
    int head = in.u16();
    int count = head >> 8 & 0x7F;
    int low = head >> 4 & 0x0F;
    int high = head & 0x0F;
    if (count == 127 && low == 15 && high == 0) {
      count = 128;
    }
    List<NoteOn> on = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int note = in.u8();
      int velocity = in.u8();
      if (low(velocity) > 0) {
        on.add(new NoteOn(old(note), low(note), old(velocity), low(velocity)));
      }
    }
    BitSet offs = new BitSet(128);
    for (int octet = low; octet <= high; octet++) {
      int bits = in.u8();
      for (int i = 0; i < 8; i++) {
        if ((bits & 0x80 >> i) != 0) {
          offs.set(8 * octet + i);
        }
      }
    }
    return new Notes(on, (head & 0x8000) != 0, offs);
  }

  private static List<Release> releases(RtpBytes in) throws RtpMidiException {
    int count = low(in.u8()) + 1;
    List<Release> releases = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int note = low(in.u8());
      int value = in.u8();
      if ((value & 0x80) != 0) {
        releases.add(new Release(note, low(value)));
      }
    }
    return releases;
  }

  private static List<KeyPressure> keyPressures(RtpBytes in) throws RtpMidiException {
    int count = low(in.u8()) + 1;
    List<KeyPressure> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int note = in.u8();
      all.add(new KeyPressure(old(note), low(note), low(in.u8())));
    }
    return all;
  }

  // --- writing -----------------------------------------------------------------------------------

  /** Its length; at most 1023 can be written. */
  boolean fits() {
    return body().size() + HEAD <= MAX_LENGTH;
  }

  byte[] write() {
    int chapters =
        (program.isPresent() ? P : 0)
            | (controls.isEmpty() ? 0 : C)
            | (parameters.isPresent() ? M : 0)
            | (wheel.isPresent() ? W : 0)
            | (notes.isPresent() ? N : 0)
            | (releases.isEmpty() ? 0 : E)
            | (pressure.isPresent() ? T : 0)
            | (keyPressures.isEmpty() ? 0 : A);
    ByteArrayOutputStream body = body();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    RtpMidiPacket.u16(out, (old() ? 0x8000 : 0) | channel << 11 | body.size() + HEAD);
    out.write(chapters);
    out.writeBytes(body.toByteArray());
    return out.toByteArray();
  }

  private static int mark(boolean old) {
    return old ? 0x80 : 0;
  }

  private ByteArrayOutputStream body() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    program.ifPresent(each -> {
      out.write(mark(each.old()) | each.number());
      out.write(mark(each.bank()) | each.bankMsb());
      out.write(each.bankLsb());
    });
    if (!controls.isEmpty()) {
      out.write(mark(controls.stream().allMatch(Control::old)) | controls.size() - 1);
      for (Control each : controls) {
        out.write(mark(each.old()) | each.number());
        out.write(
            switch (each.tool()) {
              case VALUE -> each.value();
              case TOGGLE -> 0x80 | each.value();
              case COUNT -> 0xC0 | each.value();
            });
      }
    }
    parameters.ifPresent(each -> writeParameters(out, each));
    wheel.ifPresent(each -> {
      out.write(mark(each.old()) | each.value() & 0x7F);
      out.write(each.value() >> 7);
    });
    notes.ifPresent(each -> writeNotes(out, each));
    if (!releases.isEmpty()) {
      out.write(releases.size() - 1);
      for (Release each : releases) {
        out.write(each.note());
        out.write(0x80 | each.velocity());
      }
    }
    pressure.ifPresent(each -> out.write(mark(each.old()) | each.value()));
    if (!keyPressures.isEmpty()) {
      out.write(mark(keyPressures.stream().allMatch(KeyPressure::old)) | keyPressures.size() - 1);
      for (KeyPressure each : keyPressures) {
        out.write(mark(each.old()) | each.note());
        out.write(each.value());
      }
    }
    return out;
  }

  private static void writeParameters(ByteArrayOutputStream out, Parameters parameters) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    parameters.pending().ifPresent(each -> body.write(mark(each.nrpn()) | each.msb()));
    for (Parameter each : parameters.logs()) {
      body.write(mark(each.old()) | each.number() & 0x7F);
      body.write(mark(each.nrpn()) | each.number() >> 7);
      boolean entered = each.msb() >= 0 || each.lsb() >= 0;
      body.write((each.msb() >= 0 ? 0x80 : 0) | (each.lsb() >= 0 ? 0x40 : 0) | (entered ? 2 : 0));
      if (each.msb() >= 0) {
        body.write(each.msb());
      }
      if (each.lsb() >= 0) {
        body.write(each.lsb());
      }
    }
    RtpMidiPacket.u16(
        out,
        (parameters.old() ? 0x8000 : 0)
            | (parameters.pending().isPresent() ? 0x4000 : 0)
            | (parameters.open() ? 0x2000 : 0)
            | body.size() + M_HEAD);
    out.writeBytes(body.toByteArray());
  }

  private static void writeNotes(ByteArrayOutputStream out, Notes notes) {
    // 15 and 0 say that there are no bits, but with 127 logs they make 128 of them.
    int low = 15;
    int high = notes.on().size() == 127 ? 1 : 0;
    if (!notes.offs().isEmpty()) {
      low = notes.offs().nextSetBit(0) / 8;
      high = (notes.offs().length() - 1) / 8;
    }
    int count = Math.min(notes.on().size(), 127);
    RtpMidiPacket.u16(out, (notes.oldOffs() ? 0x8000 : 0) | count << 8 | low << 4 | high);
    for (NoteOn each : notes.on()) {
      out.write(mark(each.old()) | each.note());
      out.write(mark(each.play()) | each.velocity());
    }
    for (int octet = low; octet <= high; octet++) {
      int bits = 0;
      for (int i = 0; i < 8; i++) {
        bits |= notes.offs().get(8 * octet + i) ? 0x80 >> i : 0;
      }
      out.write(bits);
    }
  }
}
