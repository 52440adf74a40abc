package dev.clasp.bridgemidi;

import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.midi.MidiMessage;
import dev.clasp.midi.MidiParser;
import dev.clasp.midi.MidiSink;
import dev.clasp.midi.MidiWriter;
import dev.clasp.midi.Ump;
import dev.clasp.midi.UmpValue;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One device of a bridge: its port, its named controls, its mapping, its clock; what sounds on it,
 * and what it was told last.
 *
 * <p>Locks: what comes in holds {@link #inLock}; what goes out is remembered under {@link
 * #outLock}. The port is called outside the latter, so nobody waits for a wire while holding it.
 */
final class MidiDevice implements MidiPort.Listener, AutoCloseable {

  private static final long END = TimeUnit.MILLISECONDS.toNanos(500);

  private final DeviceSpec spec;
  private final MidiPort port;
  private final MidiMapping mapping;
  private final Beat beat;
  private final Controls controls;
  private final EndpointContext context;
  private final Runnable changed;
  private final Object inLock = new Object();
  private final Object outLock = new Object();
  private final MidiParser parser;

  /** Controls without names, for pick-up; guarded by outLock. */
  private final Map<ControlKey, Control> loose = new HashMap<>();

  /** What the device was told last; guarded by outLock. */
  private final LinkedHashMap<ControlKey, MidiMessage> last = new LinkedHashMap<>();

  /** What packets say that messages of MIDI 1.0 do not. */
  private final UmpMapping precise;

  /** The value of what is received, with all its bits; NaN if it has no more; under inLock. */
  private double exactIn = Double.NaN;

  /** The same for a control with a name, whose values are parts also if they are bends. */
  private double exactNamed = Double.NaN;

  /** What that is in a map that has more than one value, as a touch has; under inLock. */
  private String exactPart = "";

  /** The value of what is sent, for messages that a signal becomes on the thread that sends it. */
  private final Map<Thread, Double> exactOut = new ConcurrentHashMap<>();

  private long arrival;
  private volatile boolean beats;
  private volatile @Nullable String state;
  private volatile boolean up;
  private volatile boolean closed;

  /** Nothing more comes in: what is held has been let go. Guarded by inLock. */
  private boolean leaving;

  private final LongAdder messagesIn = new LongAdder();
  private final LongAdder messagesOut = new LongAdder();

  /**
   * @param changed called when it goes up or down
   */
  MidiDevice(DeviceSpec spec, MidiPort port, Beat beat, EndpointContext context, Runnable changed) {
    this.spec = spec;
    this.port = port;
    this.beat = beat;
    this.controls = new Controls(spec.controls());
    this.context = context;
    this.changed = changed;
    MidiMappingConfig mapped = MidiMappingConfig.of(spec.settings(), context.profile());
    this.precise = new UmpMapping(mapped);
    this.mapping =
        new MidiMapping(
            mapped,
            spec.name(),
            new MidiMappingSink() {
              @Override
              public void signal(MappedSignal signal) {
                // What is due later has nothing to do with what comes just now.
                hand(signal, Thread.holdsLock(inLock) ? exactIn : Double.NaN);
              }

              @Override
              public void message(MidiMessage message) {
                send(message);
              }

              @Override
              public void dropped(String why) {
                context.dropped(spec.name() + ": " + why);
              }
            },
            System.nanoTime());
    this.parser =
        new MidiParser(
            new MidiSink() {
              @Override
              public void message(MidiMessage message) {
                received(message);
              }

              @Override
              public void dropped(String why) {
                context.dropped(spec.name() + ": " + why);
              }
            });
  }

  String name() {
    return spec.name();
  }

  DeviceSpec spec() {
    return spec;
  }

  boolean sends() {
    // Pick-up needs to hear of values, also if they cannot be sent.
    return port.sends() || spec.pickup() || !controls.isEmpty();
  }

  boolean isUp() {
    return up;
  }

  /** For people. */
  String state() {
    String text = state;
    return spec.name() + ": " + (text == null ? "looking for " + spec.where() : text);
  }

  void open() {
    port.open(this);
    beat();
  }

  // --- the port tells ----------------------------------------------------------------------------

  @Override
  public void up(String how) {
    if (closed) {
      return;
    }
    boolean again = !up;
    up = true;
    state = how;
    if (again) {
      synchronized (inLock) {
        parser.reset();
        mapping.connected(spec.notesOff());
      }
      restore();
    }
    changed.run();
  }

  private void restore() {
    List<MidiMessage> all = new ArrayList<>(controls.all());
    synchronized (outLock) {
      if (spec.restore()) {
        all.addAll(last.values());
      }
    }
    long now = System.nanoTime();
    if (port.sends()) {
      spec.init().forEach(bytes -> port.send(bytes, now));
      all.forEach(message -> write(message, now));
    }
  }

  @Override
  public void down(String why) {
    if (closed) {
      return;
    }
    boolean was = up;
    up = false;
    state = why;
    if (was) {
      letGo();
    }
    synchronized (outLock) {
      loose.values().forEach(Control::lost);
    }
    changed.run();
  }

  /** What is held on a device that is gone would be held for ever, in the router. */
  void letGo() {
    synchronized (inLock) {
      controls.lost().forEach(this::handNamed);
      mapping.lost(System.nanoTime());
    }
  }

  private void handNamed(MappedSignal signal) {
    boolean stands =
        controls.shapes().stream()
            .anyMatch(shape ->
                shape.path().equals(signal.address())
                    && (shape.kind() == Control.Kind.FADER || shape.kind() == Control.Kind.PAD));
    hand(signal.at("/" + spec.name() + signal.address()), stands ? exactNamed : Double.NaN);
  }

  @Override
  public void message(byte[] bytes, long nanos) {
    synchronized (inLock) {
      if (leaving || closed) {
        return;
      }
      arrival = nanos;
      parser.feed(bytes);
    }
  }

  @Override
  public void packet(Ump packet, long nanos) {
    synchronized (inLock) {
      if (leaving || closed) {
        return;
      }
      arrival = nanos;
      switch (packet) {
        case Ump.Midi2 voice -> {
          List<MidiMessage> messages = precise.messages(voice);
          exactIn = precise.exact(voice);
          exactNamed = UmpMapping.part(voice, UmpValue.of(voice));
          exactPart = UmpMapping.word(voice);
          try {
            messages.forEach(this::received);
          } finally {
            exactIn = Double.NaN;
            exactNamed = Double.NaN;
          }
          if (messages.isEmpty()) {
            precise.signal(voice).ifPresentOrElse(this::handNamed, () -> unknownPacket(voice));
          }
        }
        case Ump.Flex flex -> precise.signal(flex).ifPresent(this::handNamed);
        default -> {
          // Ports tell no others.
        }
      }
    }
  }

  private void unknownPacket(Ump.Midi2 voice) {
    context.dropped(
        spec.name() + ": a message of MIDI 2.0 that is not known, with opcode " + voice.opcode());
  }

  @Override
  public void sysEx8(byte[] data, long nanos) {
    synchronized (inLock) {
      if (leaving || closed) {
        return;
      }
      precise
          .sysEx8(data)
          .ifPresentOrElse(
              this::handNamed,
              () ->
                  context.dropped(
                      spec.name() + ": sysex8 is off, or has more bytes than a value may"));
    }
  }

  /** Holds {@link #inLock}. */
  private void received(MidiMessage message) {
    messagesIn.increment();
    Optional<Controls.Effect> effect = controls.moved(message);
    if (effect.isPresent()) {
      effect.get().signals().forEach(this::handNamed);
      long now = System.nanoTime();
      if (port.sends()) {
        effect.get().messages().forEach(each -> write(each, now));
      }
      return;
    }
    Optional<ControlKey> key = ControlKey.of(message);
    if (key.isPresent()) {
      synchronized (outLock) {
        last.computeIfPresent(key.get(), (_, _) -> message);
        if (spec.pickup() && gated(key.get())) {
          if (loose(key.get()).moved(ControlKey.value(message)).isEmpty()) {
            return;
          }
        }
      }
      if (spec.echo() && port.sends()) {
        write(message, System.nanoTime());
      }
    }
    mapping.received(message, arrival);
    beat();
  }

  /** The mapping has something to do later. */
  private void beat() {
    if (mapping.due() == Long.MAX_VALUE || closed) {
      return;
    }
    boolean first;
    synchronized (outLock) {
      first = !beats;
      beats = true;
    }
    if (first) {
      beat.add(
          new Beat.Source() {
            @Override
            public long next() {
              return closed ? Long.MAX_VALUE : mapping.due();
            }

            @Override
            public void fire(long now) {
              mapping.tick(now);
            }
          });
    } else {
      beat.wake();
    }
  }

  /** The path has the device in front. */
  private void hand(MappedSignal signal, double exact) {
    context.receive(
        new Parcel(
            List.of(Double.isNaN(exact) ? signal : precise.refined(signal, exact, exactPart)),
            false,
            OptionalLong.empty(),
            Optional.of(spec.name())));
  }

  /** Controllers that stand where they are put; not banks, data entry, fine parts, pedals. */
  private static boolean gated(ControlKey key) {
    int number = key.number();
    return key.kind() == ControlKey.Kind.CC
        && (number >= 1 && number < 32 && number != 6
            || number >= 70 && number < 96
            || number >= 102 && number < 120);
  }

  private Control loose(ControlKey key) {
    return loose.computeIfAbsent(
        key,
        each ->
            new Control(
                new Control.Shape(
                    "/" + each,
                    Control.Kind.FADER,
                    each,
                    each,
                    null,
                    true,
                    false,
                    Control.Relative.TWOS,
                    127,
                    0,
                    0,
                    -1,
                    127)));
  }

  @Override
  public void lost(String why) {
    context.dropped(spec.name() + ": " + why);
  }

  @Override
  public void error(String what) {
    context.error(spec.name() + ": " + what);
  }

  @Override
  public void bytes(long in, long out) {
    context.bytes(in, out);
  }

  // --- the router says ---------------------------------------------------------------------------

  /**
   * Sends a signal; from the thread of the host, or of the beat when it is due.
   *
   * @param tail the path within the device
   * @param nanos when it happens
   */
  void send(List<String> tail, MappedSignal signal, long nanos) {
    if (!port.packets()) {
      plainly(tail, signal, nanos);
      return;
    }
    if (tail.getFirst().equals("sysex8")) {
      precise
          .data(tail, signal, why -> context.dropped(spec.name() + ": " + why))
          .filter(_ -> goes(tail))
          .ifPresent(port::sendSysEx8);
      return;
    }
    if (UmpMapping.ofNote(tail)) {
      precise
          .packet(tail, signal, why -> context.dropped(spec.name() + ": " + why))
          .filter(_ -> goes(tail))
          .ifPresent(packet -> port.sendPackets(List.of(packet)));
      return;
    }
    exactOut.put(Thread.currentThread(), precise.exact(tail, signal, controls));
    try {
      plainly(tail, signal, nanos);
    } finally {
      exactOut.remove(Thread.currentThread());
    }
  }

  /** Whether a packet can be sent now; counts it. */
  private boolean goes(List<String> tail) {
    if (up && !closed) {
      messagesOut.increment();
      return true;
    }
    if (!closed) {
      context.dropped(spec.name() + ": it is not there; /" + String.join("/", tail) + " is lost");
    }
    return false;
  }

  private void plainly(List<String> tail, MappedSignal signal, long nanos) {
    Optional<List<MidiMessage>> named = controls.told(signal.at("/" + String.join("/", tail)));
    if (named.isPresent()) {
      if (port.sends()) {
        named.get().forEach(message -> write(message, nanos));
      }
      return;
    }
    mapping.send(tail, signal, nanos);
    beat();
  }

  /** What the mapping makes; under its lock. */
  private void send(MidiMessage message) {
    synchronized (outLock) {
      Optional<ControlKey> key = ControlKey.of(message);
      if (spec.pickup()) {
        key.filter(MidiDevice::gated)
            .ifPresent(each -> loose(each).told(ControlKey.value(message)));
      }
      // At the end again: an upper half that is told behind its lower one would undo it.
      key.filter(MidiDevice::lasts).ifPresent(each -> last.putLast(each, message));
    }
    if (port.sends()) {
      write(message, System.nanoTime());
    }
  }

  /** Values, and not notes; data entry depends on what came before it, and modes are orders. */
  private static boolean lasts(ControlKey key) {
    int number = key.number();
    return switch (key.kind()) {
      case CC ->
          number < 96 && number != 6 && number != 38 && number != 64
              || number >= 102 && number < 120;
      case BEND -> true;
      case NOTE, PRESSURE -> false;
    };
  }

  private void write(MidiMessage message, long nanos) {
    if (up && !closed) {
      messagesOut.increment();
      @Nullable Double exact = exactOut.get(Thread.currentThread());
      if (exact == null) {
        port.send(MidiWriter.bytes(message), nanos);
      } else {
        port.send(MidiWriter.bytes(message), nanos, exact);
      }
    } else if (!closed && !(message instanceof MidiMessage.RealTime) && !told(message)) {
      context.dropped(spec.name() + ": it is not there; " + MidiText.of(message) + " is lost");
    }
  }

  /** Whether it is told when it comes. */
  private boolean told(MidiMessage message) {
    return spec.restore() && ControlKey.of(message).filter(MidiDevice::lasts).isPresent();
  }

  /** Whether a value may be told again. */
  static boolean repeats(String path) {
    return path.contains("/cc") || path.contains("pn/") || path.endsWith("/bend");
  }

  boolean repeatsPath(String path) {
    return repeats(path) || controls.shapes().stream().anyMatch(shape -> shape.path().equals(path));
  }

  Controls controls() {
    return controls;
  }

  Map<String, Value> details() {
    Map<String, Value> details = new LinkedHashMap<>(port.details());
    details.put("port", Value.of(port.name()));
    details.put("state", Value.of(up ? "up" : "down"));
    details.put("messages_in", Value.of(messagesIn.sum()));
    details.put("messages_out", Value.of(messagesOut.sum()));
    List<String> waiting = controls.waiting();
    if (!waiting.isEmpty()) {
      details.put("pickup", Value.of(waiting.stream().map(Value::of).toList()));
    }
    return details;
  }

  @Override
  public void close() {
    synchronized (inLock) {
      if (up && !leaving) {
        letGo();
      }
      leaving = true;
    }
    if (up && !closed && port.sends()) {
      if (spec.notesOff()) {
        mapping.silence();
      }
      spec.exit().forEach(bytes -> port.send(bytes, System.nanoTime()));
      port.flush(END);
    }
    closed = true;
    port.close();
  }

  /** The connection to the router is lost, or there again. */
  void router(boolean connected) {
    mapping.router(connected, spec.notesOff() && port.sends(), System.nanoTime());
  }

  /** Names of the controls, as the router may announce them. */
  List<SignalDefinition> offers() {
    List<SignalDefinition> offers = new ArrayList<>();
    for (Control.Shape shape : controls.shapes()) {
      boolean jog = shape.kind() == Control.Kind.JOG;
      boolean flag = shape.kind() == Control.Kind.BUTTON || shape.kind() == Control.Kind.LAMP;
      offers.add(
          new SignalDefinition(
              "/" + spec.name() + shape.path(),
              jog ? SignalType.EVENT : SignalType.PARAM,
              Optional.of(jog ? "i32" : flag ? "bool" : "f64"),
              Optional.of(shape.in() == null ? "w" : shape.out() == null ? "r" : "rw"),
              Optional.empty()));
    }
    return offers;
  }
}
