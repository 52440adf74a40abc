package dev.clasp.midi;

import dev.clasp.midi.ControllerEvent.Fine;
import dev.clasp.midi.ControllerEvent.Parameter;
import dev.clasp.midi.ControllerEvent.Program;
import dev.clasp.midi.ControllerEvent.Single;
import dev.clasp.midi.ControllerEvent.Step;
import dev.clasp.midi.MidiMessage.ControlChange;
import dev.clasp.midi.MidiMessage.ProgramChange;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Puts together what takes several control changes: 14 bits, parameters, banks (MIDI 1.0 Detailed
 * Specification, "Control Change"; RP-018).
 *
 * <p>An upper half (MSB) sets the lower one (LSB) to 0 and is a value by itself. As most devices
 * send the LSB right behind it, it waits for the next message, or for {@link #WAIT_NANOS}; so a
 * pair is one event and not two, the first of them wrong by up to 127. An LSB alone belongs to the
 * last MSB.
 *
 * <p>Parameters: 101 and 100 (registered) or 99 and 98 choose, both 127 is none; 6 and 38 set; 96
 * and 97 step. While none is chosen these are ordinary controllers.
 *
 * <p>Memory is bounded. Not thread-safe.
 */
public final class ControllerAssembler {

  /** Longest time from an MSB to its LSB: three messages of three bytes at 31,250 baud and more. */
  public static final long WAIT_NANOS = 5_000_000;

  private static final int DATA_MSB = 6;
  private static final int DATA_LSB = 38;
  private static final int INCREMENT = 96;
  private static final int DECREMENT = 97;
  private static final int NULL_NUMBER = 0x3FFF;
  private static final int MAX_VALUES = 256;

  private final Set<Integer> fine;
  private final boolean parameters;
  private final boolean banks;
  private final Consumer<ControllerEvent> out;
  private final Channel[] channels = new Channel[16];

  /** The channel that has an MSB waiting; -1 for none. */
  private int waiting = -1;

  private long waitingUntil;

  /** What one channel remembers; -1 is unknown. */
  private static final class Channel {
    final int[] msb = new int[32];
    int selectedMsb = -1;
    int selectedLsb = -1;
    ParameterKind kind = ParameterKind.RPN;
    int dataMsb = -1;
    int bankMsb = -1;
    int bankLsb = -1;

    /** Controller of the MSB that waits: 0 to 31; {@link #DATA_MSB} may be that of a parameter. */
    int waitingController = -1;

    boolean waitingParameter;

    /** Last values, by kind and number. */
    final Map<Integer, Integer> values =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<Integer, Integer> eldest) {
            return size() > MAX_VALUES;
          }
        };

    Channel() {
      Arrays.fill(msb, -1);
    }

    /** -1 if none is chosen. */
    int number() {
      if (selectedMsb < 0 || selectedLsb < 0) {
        return -1;
      }
      int number = selectedMsb << 7 | selectedLsb;
      return number == NULL_NUMBER ? -1 : number;
    }

    int key() {
      return kind.ordinal() << 14 | number();
    }
  }

  /**
   * @param fine controllers of 14 bits, 0 to 31
   * @param parameters whether RPN and NRPN are put together
   * @param banks whether controllers 0 and 32 are the bank of the next program
   */
  public ControllerAssembler(
      Set<Integer> fine, boolean parameters, boolean banks, Consumer<ControllerEvent> out) {
    for (int controller : fine) {
      Range.check("controller of 14 bits", controller, 0, 31);
    }
    this.fine = Set.copyOf(fine);
    this.parameters = parameters;
    this.banks = banks;
    this.out = out;
    reset();
  }

  /** Forgets everything, what waits too: the device is another one. */
  public void reset() {
    for (int i = 0; i < channels.length; i++) {
      channels[i] = new Channel();
    }
    waiting = -1;
  }

  public void change(ControlChange change, long nanos) {
    Channel channel = channels[change.channel()];
    int controller = change.controller();
    int value = change.value();
    if (waiting >= 0 && !completes(change)) {
      flush();
    }
    if (parameters && parameter(change, channel, nanos)) {
      return;
    }
    if (banks && (controller == 0 || controller == 32)) {
      if (controller == 0) {
        channel.bankMsb = value;
        channel.bankLsb = -1;
      } else {
        channel.bankLsb = value;
      }
    } else if (controller < 32 && fine.contains(controller)) {
      channel.msb[controller] = value;
      await(change.channel(), controller, false, nanos);
    } else if (controller >= 32 && controller < 64 && fine.contains(controller - 32)) {
      done();
      int msb = Math.max(0, channel.msb[controller - 32]);
      out.accept(new Fine(change.channel(), controller - 32, msb << 7 | value));
    } else {
      out.accept(new Single(change.channel(), controller, value));
    }
  }

  /** Whether a change is the LSB that is waited for. */
  private boolean completes(ControlChange change) {
    return change.channel() == waiting
        && change.controller() == channels[waiting].waitingController + 32;
  }

  private boolean parameter(ControlChange change, Channel channel, long nanos) {
    int controller = change.controller();
    int value = change.value();
    switch (controller) {
      case 101, 99 -> {
        select(channel, controller == 101 ? ParameterKind.RPN : ParameterKind.NRPN);
        channel.selectedMsb = value;
      }
      case 100, 98 -> {
        select(channel, controller == 100 ? ParameterKind.RPN : ParameterKind.NRPN);
        channel.selectedLsb = value;
      }
      case DATA_MSB -> {
        if (channel.number() < 0) {
          return false;
        }
        channel.dataMsb = value;
        await(change.channel(), DATA_MSB, true, nanos);
      }
      case DATA_LSB -> {
        if (channel.number() < 0) {
          return false;
        }
        done();
        int msb =
            channel.dataMsb >= 0
                ? channel.dataMsb
                : channel.values.getOrDefault(channel.key(), 0) >> 7;
        channel.dataMsb = msb;
        value(change.channel(), channel, msb << 7 | value);
      }
      case INCREMENT, DECREMENT -> {
        if (channel.number() < 0) {
          return false;
        }
        step(change.channel(), channel, controller == INCREMENT ? 1 : -1);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private static void select(Channel channel, ParameterKind kind) {
    if (channel.kind != kind) {
      channel.kind = kind;
      channel.selectedMsb = -1;
      channel.selectedLsb = -1;
    }
    channel.dataMsb = -1;
  }

  private void value(int number, Channel channel, int value) {
    channel.values.put(channel.key(), value);
    out.accept(new Parameter(number, channel.kind, channel.number(), value));
  }

  private void step(int number, Channel channel, int steps) {
    Integer known = channel.values.get(channel.key());
    OptionalInt value = OptionalInt.empty();
    if (known != null) {
      int size = stepSize(channel.kind, channel.number());
      int next = Math.clamp(known + (long) steps * size, 0, 16_383);
      channel.values.put(channel.key(), next);
      channel.dataMsb = next >> 7;
      value = OptionalInt.of(next);
    }
    out.accept(new Step(number, channel.kind, channel.number(), steps, value));
  }

  /** Coarse tuning, tuning program and bank, and zones have their value in the MSB (RP-018). */
  private static int stepSize(ParameterKind kind, int number) {
    return kind == ParameterKind.RPN && number >= 2 && number <= 6 ? 128 : 1;
  }

  /** Takes a program; with the bank if banks are put together. */
  public void program(ProgramChange change) {
    flush();
    Channel channel = channels[change.channel()];
    OptionalInt bank =
        banks && (channel.bankMsb >= 0 || channel.bankLsb >= 0)
            ? OptionalInt.of(Math.max(0, channel.bankMsb) << 7 | Math.max(0, channel.bankLsb))
            : OptionalInt.empty();
    out.accept(new Program(change.channel(), bank, change.program()));
  }

  private void await(int channel, int controller, boolean parameter, long nanos) {
    waiting = channel;
    waitingUntil = nanos + WAIT_NANOS;
    channels[channel].waitingController = controller;
    channels[channel].waitingParameter = parameter;
  }

  private void done() {
    waiting = -1;
  }

  /** Another message has come, not real time: an MSB that waits has no LSB. */
  public void flush() {
    if (waiting < 0) {
      return;
    }
    int number = waiting;
    Channel channel = channels[number];
    done();
    if (channel.waitingParameter) {
      value(number, channel, channel.dataMsb << 7);
    } else {
      int controller = channel.waitingController;
      out.accept(new Fine(number, controller, channel.msb[controller] << 7));
    }
  }

  /** When {@link #flush} is due at the latest; {@link Long#MAX_VALUE} if nothing waits. */
  public long due() {
    return waiting < 0 ? Long.MAX_VALUE : waitingUntil;
  }
}
