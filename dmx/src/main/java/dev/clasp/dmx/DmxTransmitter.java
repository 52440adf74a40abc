package dev.clasp.dmx;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Universes that go out. Signals change slots at once, and frames leave when they are due: a change
 * after a moment in which others may join it, at most at the rate of the pace; then repeats; then
 * to keep alive. A universe is silent until somebody has set something in it.
 *
 * <p><b>Threads.</b> All methods may be called by any thread; the lock of the object guards them,
 * and frames leave under it. There is no thread in here: somebody calls {@link #transmit} when it
 * is due ({@link DmxClock}). Nothing is allocated for a frame. Times are monotonic nanoseconds.
 */
public final class DmxTransmitter {

  /** Universes that may come into being because somebody writes to them. */
  public static final int MAX_UNIVERSES = 1024;

  private static final byte[] DARK = new byte[Dmx.SLOTS];
  private static final String WIDTH = "width";

  private final DmxOutput output;
  private final Patch patch;
  private final IntPredicate has;
  private final FrameSink sink;
  private final TreeMap<Integer, OutUniverse> universes = new TreeMap<>();

  /** The same in an array, so that walking through them makes no garbage. */
  private OutUniverse[] all = {};

  private final Map<String, Double> submasters = new HashMap<>();
  private final Map<Integer, byte[]> scenes = new HashMap<>();
  private double grand = 1;
  private boolean blackout;

  /** Instead of what was asked for: the router is away, or the bridge stops. */
  private @Nullable OnLoss instead;

  private long awaySince;
  private boolean away;
  private boolean stopped;

  /**
   * @param has which universes it serves
   */
  public DmxTransmitter(DmxOutput output, Patch patch, IntPredicate has, FrameSink sink) {
    this.output = output;
    this.patch = patch;
    this.has = has;
    this.sink = sink;
    output.submasters().keySet().forEach(name -> submasters.put(name, 1.0));
    output
        .orderedScene()
        .forEach((path, value) ->
            write(
                new Writing(path, value, output.floats(), false),
                (universe, change) ->
                    change.on(scenes.computeIfAbsent(universe, _ -> new byte[Dmx.SLOTS])),
                why -> {
                  throw BridgeException.lasting("scene: " + why);
                }));
  }

  /**
   * The levels of the scene, by universe.
   *
   * @throws BridgeException (lasting) it has paths or values that cannot be
   */
  static Map<Integer, byte[]> scenes(DmxOutput output, Patch patch) {
    return new DmxTransmitter(output, patch, _ -> false, (_, _, _, _) -> {}).scenes;
  }

  // --- taking ------------------------------------------------------------------------------------

  /** Changes levels of a universe; says whether anything is different. */
  private interface Change {
    boolean on(byte[] levels);
  }

  /** Finds the levels that a change is for. */
  private interface Target {
    void change(int universe, Change change);
  }

  private record Writing(String path, Value value, FloatMode floats, boolean wide) {}

  /**
   * Takes what the router has said.
   *
   * @param dropped hears why a signal means nothing
   * @return whether {@link #transmit} is due earlier than it said
   */
  public synchronized boolean take(Parcel parcel, long nanos, Consumer<String> dropped) {
    boolean[] sooner = {false};
    for (MappedSignal signal : parcel.signals()) {
      boolean wide = Value.of(16).equals(signal.hints().get(WIDTH));
      write(
          new Writing(signal.address(), signal.value(), output.floats(), wide),
          (universe, change) -> {
            Optional<OutUniverse> found = universe(universe);
            if (found.isEmpty()) {
              dropped.accept(
                  signal.address()
                      + ": universe "
                      + universe
                      + " is not among those that this bridge sends (setting universes)");
              return;
            }
            OutUniverse of = found.get();
            if (change.on(of.levels) || !of.live) {
              of.live = true;
              sooner[0] |= !of.dirty;
              of.mark(nanos);
            }
          },
          dropped);
      sooner[0] |= masters(signal, nanos, dropped);
    }
    return sooner[0];
  }

  private Optional<OutUniverse> universe(int number) {
    OutUniverse known = universes.get(number);
    if (known != null) {
      return Optional.of(known);
    }
    if (!has.test(number) || universes.size() >= MAX_UNIVERSES) {
      return Optional.empty();
    }
    OutUniverse made = new OutUniverse(number, patch, output.limits());
    universes.put(number, made);
    all = universes.values().toArray(new OutUniverse[0]);
    darken(made);
    return Optional.of(made);
  }

  private void write(Writing writing, Target target, Consumer<String> dropped) {
    switch (DmxPath.parse(writing.path(), output.form())) {
      case DmxPath.Slot(int universe, int channel) ->
          slots(writing, universe, channel - 1, target, dropped);
      case DmxPath.Universe(int number) -> {
        boolean many =
            writing.value() instanceof Value.Bytes || writing.value() instanceof Value.Array;
        if (many) {
          slots(writing, number, 0, target, dropped);
        } else if (output.aloneIn().isPresent() && number >= 1 && number <= Dmx.SLOTS) {
          slots(writing, output.aloneIn().getAsInt(), number - 1, target, dropped);
        } else {
          dropped.accept(
              writing.path() + " is a whole universe: bytes, or an array of levels, not one value");
        }
      }
      case DmxPath.Fixture(String name, String parameter) ->
          fixture(writing, name, parameter, target, dropped);
      // Masters are looked at elsewhere.
      case DmxPath.Master _, DmxPath.Blackout _, DmxPath.Status _ -> {}
      case DmxPath.Wrong(String why) -> dropped.accept(writing.path() + " " + why);
    }
  }

  private void slots(
      Writing writing, int universe, int first, Target target, Consumer<String> dropped) {
    switch (writing.value()) {
      case Value.Bytes bytes -> {
        if (first + bytes.length() > Dmx.SLOTS) {
          dropped.accept(writing.path() + ": " + bytes.length() + " slots do not fit");
          return;
        }
        byte[] given = bytes.value();
        target.change(
            universe,
            levels -> {
              boolean different =
                  !Arrays.equals(levels, first, first + given.length, given, 0, given.length);
              System.arraycopy(given, 0, levels, first, given.length);
              return different;
            });
      }
      case Value.Array(var values) -> {
        if (first + values.size() > Dmx.SLOTS) {
          dropped.accept(writing.path() + ": " + values.size() + " slots do not fit");
          return;
        }
        byte[] given = new byte[values.size()];
        for (int i = 0; i < given.length; i++) {
          int level = SlotLevels.level(values.get(i), writing.floats());
          if (level == SlotLevels.NONE) {
            dropped.accept(writing.path() + ": element " + i + " is no level");
            return;
          }
          given[i] = (byte) level;
        }
        slots(
            new Writing(writing.path(), Value.of(given), writing.floats(), false),
            universe,
            first,
            target,
            dropped);
      }
      default -> slot(writing, universe, first, target, dropped);
    }
  }

  private void slot(
      Writing writing, int universe, int slot, Target target, Consumer<String> dropped) {
    boolean wide = writing.wide();
    int level =
        wide
            ? SlotLevels.wide(writing.value(), writing.floats())
            : SlotLevels.level(writing.value(), writing.floats());
    if (level == SlotLevels.NONE) {
      dropped.accept(writing.path() + " is a slot: a number or true or false, not a text or a map");
      return;
    }
    if (!wide) {
      target.change(universe, levels -> OutUniverse.put(levels, slot, level));
      return;
    }
    if (slot + 1 >= Dmx.SLOTS) {
      dropped.accept(writing.path() + " has no slot behind it for the lower eight bits");
      return;
    }
    target.change(
        universe,
        levels ->
            OutUniverse.put(levels, slot, level >> 8) | OutUniverse.put(levels, slot + 1, level));
    // The change has made the universe if it was not there.
    OutUniverse of = universes.get(universe);
    if (of != null) {
      of.joinFine(slot, slot + 1);
    }
  }

  private void fixture(
      Writing writing, String name, String parameter, Target target, Consumer<String> dropped) {
    if (patch.of(name).isEmpty()) {
      dropped.accept(writing.path() + ": there is no fixture " + name + " (setting fixtures)");
      return;
    }
    if (parameter.isEmpty()) {
      if (!(writing.value() instanceof Value.Map(var entries))) {
        dropped.accept(writing.path() + " takes a map of its parameters");
        return;
      }
      entries.forEach((key, value) -> fixtureValue(writing, name, key, value, target, dropped));
      return;
    }
    fixtureValue(writing, name, parameter, writing.value(), target, dropped);
  }

  private void fixtureValue(
      Writing writing,
      String name,
      String parameter,
      Value value,
      Target target,
      Consumer<String> dropped) {
    Optional<Patch.Place> found = patch.find(name, parameter);
    if (found.isEmpty()) {
      dropped.accept(
          writing.path()
              + ": "
              + name
              + " has no "
              + parameter
              + "; it has "
              + String.join(
                  ", ", patch.of(name).stream().map(place -> place.channel().name()).toList()));
      return;
    }
    Patch.Place place = found.get();
    int level = place.channel().level(value);
    if (level == SlotLevels.NONE) {
      dropped.accept(writing.path() + " takes a number, or true or false");
      return;
    }
    target.change(place.fixture().universe(), levels -> OutUniverse.place(place, level, levels));
  }

  // --- masters -----------------------------------------------------------------------------------

  private boolean masters(MappedSignal signal, long nanos, Consumer<String> dropped) {
    double share;
    switch (DmxPath.parse(signal.address(), output.form())) {
      case DmxPath.Master(String name) -> {
        share = SlotLevels.master(signal.value());
        if (Double.isNaN(share)) {
          dropped.accept(signal.address() + " takes a number from 0.0 to 1.0");
          return false;
        }
        if (name.isEmpty()) {
          grand = share;
        } else if (submasters.replace(name, share) == null) {
          dropped.accept(signal.address() + ": there is no submaster " + name);
          return false;
        }
      }
      case DmxPath.Blackout _ -> {
        share = SlotLevels.master(signal.value());
        if (Double.isNaN(share)) {
          dropped.accept(signal.address() + " takes true or false");
          return false;
        }
        blackout = share > 0;
      }
      default -> {
        return false;
      }
    }
    boolean sooner = false;
    for (OutUniverse each : all) {
      darken(each);
      if (each.live) {
        sooner |= !each.dirty;
        each.mark(nanos);
      }
    }
    return sooner;
  }

  private void darken(OutUniverse universe) {
    float[] factors = new float[Dmx.SLOTS];
    Arrays.fill(factors, 1);
    output
        .submasters()
        .forEach((name, ranges) -> {
          float share = submasters.getOrDefault(name, 1.0).floatValue();
          for (SlotRange range : ranges) {
            if (range.universe() == universe.number) {
              for (int slot = range.first() - 1; slot < range.last(); slot++) {
                factors[slot] *= share;
              }
            }
          }
        });
    universe.darken(blackout ? 0 : (float) grand, factors);
  }

  // --- sending -----------------------------------------------------------------------------------

  /**
   * Sends every frame that is due.
   *
   * @return when to call again; {@link Long#MAX_VALUE}: when something is taken
   */
  public synchronized long transmit(long nanos) {
    if (stopped) {
      return Long.MAX_VALUE;
    }
    long next = Long.MAX_VALUE;
    if (away && instead == null) {
      if (nanos - awaySince >= output.lossNanos()) {
        replace(output.onLoss(), nanos);
      } else {
        next = awaySince + output.lossNanos();
      }
    }
    int frames = 0;
    Pace pace = output.pace();
    for (OutUniverse each : all) {
      if (!each.live) {
        continue;
      }
      if (each.due(pace) <= nanos) {
        sink.frame(each.number, each.frame(wanted(each)), output.slots(), each.sequence);
        each.left(pace, nanos);
        frames++;
      }
      next = Math.min(next, each.due(pace));
    }
    if (frames > 0) {
      sink.together(frames);
    }
    return next;
  }

  private byte[] wanted(OutUniverse universe) {
    OnLoss by = instead;
    if (by == null) {
      return universe.levels;
    }
    return switch (by) {
      case HOLD -> universe.levels;
      case BLACKOUT -> DARK;
      case SCENE -> scenes.getOrDefault(universe.number, DARK);
    };
  }

  private void replace(@Nullable OnLoss by, long nanos) {
    if (by == instead) {
      return;
    }
    instead = by;
    for (OutUniverse each : all) {
      if (each.live) {
        each.mark(nanos);
      }
    }
  }

  /** The router is away: after the time for that, its universes show what was agreed for it. */
  public synchronized void routerLost(long nanos) {
    if (!away) {
      away = true;
      awaySince = nanos;
    }
  }

  /** The router is back: what was asked for last is shown again. */
  public synchronized void routerBack(long nanos) {
    away = false;
    if (!stopped) {
      replace(null, nanos);
    }
  }

  /** Sends the last look and gives every universe up. Nothing leaves afterwards. */
  public synchronized void stop() {
    if (stopped) {
      return;
    }
    stopped = true;
    instead = output.onStop() == OnLoss.HOLD ? instead : output.onStop();
    int frames = 0;
    for (OutUniverse each : all) {
      if (each.live) {
        byte[] last = each.frame(wanted(each));
        sink.frame(each.number, last, output.slots(), each.sequence++);
        frames++;
      }
    }
    if (frames > 0) {
      sink.together(frames);
    }
    for (OutUniverse each : all) {
      if (each.live) {
        sink.terminate(each.number, each.frame(wanted(each)), output.slots(), each.sequence);
      }
    }
  }

  /**
   * One universe: the levels that leave, with masters and limits, and how many frames have left.
   * Empty if it is not sent.
   */
  public synchronized Optional<Map<String, Value>> view(int number) {
    OutUniverse of = universes.get(number);
    if (of == null || !of.live) {
      return Optional.empty();
    }
    List<Value> levels = new ArrayList<>(output.slots());
    byte[] leaving = of.frame(wanted(of));
    for (int slot = 0; slot < output.slots(); slot++) {
      levels.add(Value.of(Byte.toUnsignedInt(leaving[slot])));
    }
    Map<String, Value> view = new LinkedHashMap<>();
    view.put("levels", Value.of(levels));
    view.put("frames", Value.of(of.frames));
    view.put("blackout", Value.of(blackout));
    view.put("master", Value.of(grand));
    return Optional.of(view);
  }

  /** Universes that are sent now, in order. */
  public synchronized List<Integer> sending() {
    return universes.values().stream().filter(each -> each.live).map(each -> each.number).toList();
  }
}
