package dev.clasp.midi;

import dev.clasp.midi.MidiMessage.SysEx;
import java.util.Locale;
import java.util.Optional;

/**
 * A command of MIDI Machine Control 1.0 (RP-013): {@code F0 7F dd 06 cc F7}. One to a message, as
 * nearly all devices send.
 *
 * @param device 0 to 127; 127 is for all
 * @param target of {@link Command#LOCATE}
 */
public record MachineControl(int device, Command command, Optional<TimeCode> target) {

  /** With their codes. */
  public enum Command {
    STOP(0x01),
    PLAY(0x02),
    DEFERRED_PLAY(0x03),
    FAST_FORWARD(0x04),
    REWIND(0x05),
    RECORD(0x06),
    RECORD_EXIT(0x07),
    RECORD_PAUSE(0x08),
    PAUSE(0x09),
    EJECT(0x0A),
    CHASE(0x0B),
    COMMAND_ERROR_RESET(0x0C),
    RESET(0x0D),
    LOCATE(0x44);

    private final int code;

    Command(int code) {
      this.code = code;
    }

    /** In small letters: {@code fast_forward}. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Command> of(String text) {
      for (Command each : values()) {
        if (each.text().equals(text)) {
          return Optional.of(each);
        }
      }
      return Optional.empty();
    }
  }

  public MachineControl {
    Range.data("device", device);
    if (target.isPresent() != (command == Command.LOCATE)) {
      throw new IllegalArgumentException(
          command == Command.LOCATE ? "locate needs a time" : command.text() + " has no time");
    }
  }

  public SysEx message() {
    if (target.isEmpty()) {
      return new SysEx(new byte[] {0x7F, (byte) device, 6, (byte) command.code});
    }
    TimeCode time = target.get();
    return new SysEx(
        new byte[] {
          0x7F,
          (byte) device,
          6,
          0x44,
          6,
          1,
          (byte) time.hourAndRate(),
          (byte) time.minutes(),
          (byte) time.seconds(),
          (byte) time.frames(),
          0
        });
  }

  /** The command in a message; empty if it is none that is known here. */
  public static Optional<MachineControl> of(SysEx message) {
    if (message.length() < 4 || message.at(0) != 0x7F || message.at(2) != 6) {
      return Optional.empty();
    }
    int device = message.at(1);
    int code = message.at(3);
    if (code == 0x44) {
      return message.length() == 11 && message.at(4) == 6 && message.at(5) == 1
          ? TimeCode.ofBytes(
                  message.at(6), message.at(7) & 0x3F, message.at(8) & 0x3F, message.at(9) & 0x1F)
              .map(time -> new MachineControl(device, Command.LOCATE, Optional.of(time)))
          : Optional.empty();
    }
    if (message.length() == 4) {
      for (Command each : Command.values()) {
        if (each.code == code) {
          return Optional.of(new MachineControl(device, each, Optional.empty()));
        }
      }
    }
    return Optional.empty();
  }
}
