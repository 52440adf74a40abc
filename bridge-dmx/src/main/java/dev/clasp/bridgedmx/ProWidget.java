package dev.clasp.bridgedmx;

import dev.clasp.bridgedmx.Identity.Named;
import dev.clasp.bridgedmx.WidgetInput.Heard;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The conversation with one widget that speaks like the ENTTEC DMX USB Pro: who it is, how it shall
 * work, then packets. Knows no ports and no threads; time is told to it. Not thread-safe.
 */
final class ProWidget {

  /** What becomes known. */
  interface Listener {
    /** It has answered, and works from now on. */
    void identified(Identity identity);

    /** Levels have come. */
    void heard(byte[] slots);

    /** Something has come that cannot be used. */
    void unusable(String why);
  }

  private enum State {
    NEW,
    ASKED,
    WORKS,
    SILENT
  }

  private record Rdm(WidgetMessage message, CompletableFuture<Optional<byte[]>> answer) {}

  /** The first answer; a widget that is just plugged in takes a while. */
  private static final long ANSWER_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final int TRIES = 4;
  private static final long RDM_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final int MAX_RDM_WAITING = 64;
  private static final int RDM_START_CODE = 0xCC;

  /** A widget sends no shorter packets. */
  static final int MIN_SLOTS = 24;

  private final InterfaceSpec spec;
  private final Consumer<WidgetMessage> out;
  private final Listener listener;
  private final WidgetInput input = new WidgetInput();
  private final byte[][] last = new byte[2][];
  private final Queue<Rdm> waiting = new ArrayDeque<>();
  private State state = State.NEW;
  private int tries;
  private long deadline;
  private Optional<Named> maker = Optional.empty();
  private Optional<Named> model = Optional.empty();
  private Optional<String> serialNumber = Optional.empty();
  private Optional<Identity> identity = Optional.empty();
  private Optional<Rdm> asked = Optional.empty();
  private long rdmDeadline;

  /**
   * @param out takes what is to be written; must not wait
   */
  ProWidget(InterfaceSpec spec, Consumer<WidgetMessage> out, Listener listener) {
    this.spec = spec;
    this.out = out;
    this.listener = listener;
  }

  /** The port is open. */
  void begin(long now) {
    tries = 0;
    ask(now);
  }

  private void ask(long now) {
    state = State.ASKED;
    tries++;
    deadline = now + ANSWER_NANOS;
    out.accept(WidgetMessage.of(Label.MANUFACTURER));
    out.accept(WidgetMessage.of(Label.DEVICE));
    out.accept(WidgetMessage.of(Label.SERIAL_NUMBER));
    // Last: every widget answers it, and when it does the others are answered or will not be.
    out.accept(WidgetMessage.of(Label.GET_PARAMETERS, 0, 0));
  }

  /** It does not answer: nothing of this kind is at the port. */
  boolean silent() {
    return state == State.SILENT;
  }

  boolean works() {
    return state == State.WORKS;
  }

  Optional<Identity> identity() {
    return identity;
  }

  /** Time goes on; at least a few times a second. */
  void tick(long now) {
    if (state == State.ASKED && now - deadline >= 0) {
      if (tries < TRIES) {
        ask(now);
      } else {
        state = State.SILENT;
      }
    }
    if (asked.isPresent() && now - rdmDeadline >= 0) {
      answered(Optional.empty(), now);
    }
  }

  /** It has said something. */
  void message(WidgetMessage message, long now) {
    switch (message.label()) {
      case Label.GET_PARAMETERS ->
          WidgetParameters.decode(message.data())
              .ifPresentOrElse(
                  parameters -> identified(parameters),
                  () -> listener.unusable("the answer to label 3 is too short"));
      case Label.SERIAL_NUMBER -> serialNumber = WidgetInput.serialNumber(message.data());
      case Label.MANUFACTURER -> maker = Named.decode(message.data());
      case Label.DEVICE -> model = Named.decode(message.data());
      case Label.RECEIVED -> heard(input.received(message.data()), now);
      case Label.CHANGED -> heard(input.changed(message.data()), now);
      case Label.RDM_TIMEOUT -> answered(Optional.empty(), now);
      default -> listener.unusable("a message with the unknown label " + message.label());
    }
  }

  private void identified(WidgetParameters parameters) {
    if (state == State.WORKS) {
      return;
    }
    state = State.WORKS;
    Identity found = new Identity(parameters, maker, model, serialNumber);
    identity = Optional.of(found);
    configure(parameters);
    listener.identified(found);
    if (spec.sends()) {
      for (int line = 0; line < last.length; line++) {
        if (last[line] != null) {
          out.accept(packet(line, last[line]));
        }
      }
    } else {
      input.clear();
      out.accept(WidgetMessage.of(Label.RECEIVE_MODE, spec.onChange() ? 1 : 0));
    }
  }

  /** The widget keeps what it is told in a memory that wears out, so only what differs. */
  private void configure(WidgetParameters is) {
    if (spec.apiKey().length > 0) {
      out.accept(new WidgetMessage(Label.API_KEY, spec.apiKey()));
    }
    if (!spec.sends()) {
      return;
    }
    boolean asksForRate = spec.rate() < WidgetParameters.MAX_RATE;
    WidgetParameters wanted =
        new WidgetParameters(
            is.firmwareLow(),
            is.firmwareHigh(),
            spec.breakMicros().isPresent()
                ? WidgetParameters.breakUnits(spec.breakMicros().getAsInt())
                : is.breakUnits(),
            spec.markMicros().isPresent()
                ? WidgetParameters.markUnits(spec.markMicros().getAsInt())
                : is.markUnits(),
            asksForRate ? WidgetParameters.rate(spec.rate()) : is.rate());
    if (!wanted.equals(is)) {
      out.accept(wanted.request());
    }
  }

  private void heard(Heard heard, long now) {
    switch (heard) {
      case Heard.Slots(byte[] slots) -> {
        if (state == State.WORKS && !spec.sends()) {
          listener.heard(slots);
        }
      }
      case Heard.Other(byte[] packet) -> {
        if (asked.isPresent()) {
          answered(Optional.of(packet), now);
        }
        // Packets with other start codes are none of our business.
      }
      case Heard.Unusable(String why) -> listener.unusable(why);
    }
  }

  // --- output ------------------------------------------------------------------------------------

  /**
   * The message that makes the widget repeat these levels; remembered for when it is there.
   *
   * @param line 0, or 1 for the second of two
   * @return empty while it does not work
   */
  Optional<WidgetMessage> output(int line, byte[] slots) {
    last[line] = slots;
    return works() && asked.isEmpty() ? Optional.of(packet(line, slots)) : Optional.empty();
  }

  private WidgetMessage packet(int line, byte[] slots) {
    byte[] data = Arrays.copyOfRange(prefixed(slots), 0, 1 + Math.max(MIN_SLOTS, slots.length));
    return new WidgetMessage(label(line), data);
  }

  private static byte[] prefixed(byte[] slots) {
    byte[] packet = new byte[1 + slots.length];
    System.arraycopy(slots, 0, packet, 1, slots.length);
    return packet;
  }

  private int label(int line) {
    if (line == 1) {
      return spec.secondLabel().orElse(Label.OUTPUT_SECOND);
    }
    return spec.second().isPresent() && identity.filter(Identity::isDmxking).isPresent()
        ? Label.OUTPUT_FIRST
        : Label.OUTPUT;
  }

  // --- RDM ---------------------------------------------------------------------------------------

  /**
   * Sends a message of RDM, one after the other.
   *
   * @param packet from the start code to the checksum, at most 257 bytes
   * @param discovery it is a DISC_UNIQUE_BRANCH, whose answer has no start code
   * @return what came back from the first byte on; empty if nothing did in time
   */
  CompletableFuture<Optional<byte[]>> rdm(byte[] packet, boolean discovery, long now) {
    if (packet.length == 0 || packet.length > 257 || (packet[0] & 0xFF) != RDM_START_CODE) {
      throw new IllegalArgumentException("no message of RDM");
    }
    CompletableFuture<Optional<byte[]>> answer = new CompletableFuture<>();
    if (!works() || waiting.size() >= MAX_RDM_WAITING) {
      answer.complete(Optional.empty());
      return answer;
    }
    waiting.add(
        new Rdm(
            new WidgetMessage(discovery ? Label.SEND_RDM_DISCOVERY : Label.SEND_RDM, packet),
            answer));
    if (asked.isEmpty()) {
      next(now);
    }
    return answer;
  }

  private void next(long now) {
    asked = Optional.ofNullable(waiting.poll());
    asked.ifPresent(rdm -> {
      rdmDeadline = now + RDM_NANOS;
      out.accept(rdm.message());
    });
  }

  private void answered(Optional<byte[]> packet, long now) {
    Optional<Rdm> was = asked;
    asked = Optional.empty();
    if (was.isEmpty()) {
      return;
    }
    // A widget that has asked listens until it is told to send again.
    if (spec.sends() && last[0] != null) {
      out.accept(packet(0, last[0]));
    }
    next(now);
    was.get().answer().complete(packet);
  }

  /** The port is gone: nobody answers any more. */
  void end() {
    asked.ifPresent(rdm -> rdm.answer().complete(Optional.empty()));
    waiting.forEach(rdm -> rdm.answer().complete(Optional.empty()));
    asked = Optional.empty();
    waiting.clear();
  }
}
