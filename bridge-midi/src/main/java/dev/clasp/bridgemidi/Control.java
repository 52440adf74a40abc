package dev.clasp.bridgemidi;

import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One control of a device, and what both sides know of its value.
 *
 * <ul>
 *   <li><b>Pick-up</b>: after another one has set the value, moving the control does nothing until
 *       it meets that value or crosses it.
 *   <li><b>Touch</b>: a fader that is touched is not moved by others; when it is let go, it is told
 *       the value.
 *   <li><b>Relative</b>: an encoder tells steps; the value is kept here.
 *   <li><b>Echo</b>: what the control says is sent back to it, for motors and lamps that do not
 *       follow by themselves. The device says nothing to that, so it does not go round.
 * </ul>
 *
 * <p>Not thread-safe; the device locks.
 */
final class Control {

  /** What it is. */
  enum Kind {
    /** A value from 0 to 1. */
    FADER,
    /** True while it is held. */
    BUTTON,
    /** How hard it is hit, 0 to 1; 0 when it is let go. */
    PAD,
    /** Steps, as the value from 0 to 1 that they lead to. */
    ENCODER,
    /** Steps, each time as an event with a number. */
    JOG,
    /** Only shows: true, false, a number from 0 to 127 for a colour. */
    LAMP
  }

  /** How an encoder says steps in seven bits. */
  enum Relative {
    /** 1 is up, 127 is down: two's complement. */
    TWOS,
    /** 1 is up, 65 is down: the bit 64 is the sign. */
    SIGNED,
    /** 65 is up, 63 is down. */
    OFFSET;

    int steps(int value) {
      return switch (this) {
        case TWOS -> value < 64 ? value : value - 128;
        case SIGNED -> value < 64 ? value : 64 - value;
        case OFFSET -> value - 64;
      };
    }
  }

  /**
   * What does not change.
   *
   * @param path begins with a slash
   * @param in its messages; null for a lamp
   * @param out what shows its value; null if nothing does
   * @param touch the note that says that a hand is on it
   * @param on what lights its lamp
   * @param off what puts it out
   * @param least what is sent for 0, of values between 0 and 1
   * @param most what is sent for 1; -1 for the greatest there is
   * @param steps how many steps of an encoder go from 0 to 1
   */
  record Shape(
      String path,
      Kind kind,
      @Nullable ControlKey in,
      @Nullable ControlKey out,
      @Nullable ControlKey touch,
      boolean pickup,
      boolean echo,
      Relative relative,
      int on,
      int off,
      int least,
      int most,
      int steps) {}

  private final Shape shape;

  /** The value that holds, -1 if nobody has said one; in units of the incoming message. */
  private int known = -1;

  /** Where it stands, -1 if it has not said. */
  private int position = -1;

  private boolean picked = true;
  private boolean touched;

  /** A value for a touched control waits. */
  private boolean held;

  Control(Shape shape) {
    this.shape = shape;
  }

  Shape shape() {
    return shape;
  }

  /** The greatest value that is kept. */
  int most() {
    ControlKey key = shape.in() != null ? shape.in() : shape.out();
    return shape.kind() == Kind.ENCODER ? shape.steps() : key == null ? 127 : key.most();
  }

  /**
   * The device says a value.
   *
   * @return what holds now, if that is news for the router; for a jog wheel the steps
   */
  OptionalInt moved(int value) {
    switch (shape.kind()) {
      case JOG -> {
        int steps = shape.relative().steps(value);
        return steps == 0 ? OptionalInt.empty() : OptionalInt.of(steps);
      }
      case ENCODER -> {
        int next = Math.clamp(Math.max(known, 0) + shape.relative().steps(value), 0, most());
        if (next == known) {
          return OptionalInt.empty();
        }
        known = next;
        return OptionalInt.of(next);
      }
      default -> {
        int before = position;
        position = value;
        if (shape.pickup() && !picked && !meets(before, value)) {
          return OptionalInt.empty();
        }
        picked = true;
        held = false;
        known = value;
        return OptionalInt.of(value);
      }
    }
  }

  private boolean meets(int before, int now) {
    // Faders stop a step or so beside a value, and jump while they are moved fast.
    int near = Math.max(1, most() / 64);
    return Math.abs(now - known) <= near
        || before >= 0 && Integer.signum(before - known) != Integer.signum(now - known);
  }

  /**
   * Others say a value.
   *
   * @return what to show, if it can be shown now
   */
  OptionalInt told(int value) {
    boolean motor = shape.touch() != null;
    if (shape.pickup() && !motor && value != position) {
      picked = position >= 0 && Math.abs(position - value) <= Math.max(1, most() / 64);
    }
    known = value;
    if (touched) {
      held = true;
      return OptionalInt.empty();
    }
    return shown();
  }

  /**
   * A hand comes or goes.
   *
   * @return what to show, when it goes
   */
  OptionalInt touched(boolean now) {
    boolean released = touched && !now;
    touched = now;
    if (!released || !(held || shape.echo())) {
      return OptionalInt.empty();
    }
    held = false;
    return shown();
  }

  /** What is sent back when the device itself has changed it. */
  OptionalInt echoed() {
    return shape.echo() && !touched ? shown() : OptionalInt.empty();
  }

  boolean isTouched() {
    return touched;
  }

  /** What a device that has come back must be told. */
  OptionalInt shown() {
    return shape.out() == null || known < 0 ? OptionalInt.empty() : OptionalInt.of(known);
  }

  /**
   * The device has gone: where it stands when it comes back is not known.
   *
   * @return whether a finger was on it, which the device can no longer take away
   */
  boolean lost() {
    boolean pressed = (shape.kind() == Kind.BUTTON || shape.kind() == Kind.PAD) && position > 0;
    if (pressed) {
      known = 0;
    }
    position = -1;
    touched = false;
    held = false;
    picked = known < 0;
    return pressed;
  }

  /** For people. */
  Optional<String> waitsFor() {
    return picked || !shape.pickup()
        ? Optional.empty()
        : Optional.of(shape.path() + " waits at " + position + " for " + known);
  }
}
