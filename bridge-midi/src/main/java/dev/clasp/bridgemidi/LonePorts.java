package dev.clasp.bridgemidi;

import dev.clasp.bridge.spi.BridgeSettings;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.protocol.Value;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** Ports of devices that settings of a bridge name, without a bridge and without a router. */
final class LonePorts implements AutoCloseable {

  private final MidiPorts ports;
  private final Map<String, MidiPort> open = new LinkedHashMap<>();
  private final ScheduledExecutorService later =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("midi-later").factory());

  /**
   * Makes them; opens nothing.
   *
   * @param inputs only what comes is of interest; else only what is sent
   * @throws dev.clasp.bridge.spi.BridgeException the settings are wrong
   */
  LonePorts(MidiPorts ports, Map<String, Value> settings, boolean inputs, Consumer<String> notes) {
    this.ports = ports;
    try {
      MidiConfig config =
          MidiConfig.of(BridgeSettings.of(MidiConfig.SETTINGS, settings), ports.schemes());
      Quiet context = new Quiet(notes);
      for (DeviceSpec spec : config.devices()) {
        open.put(
            spec.name(),
            spec.address()
                .flatMap(address -> ports.addressed(address, spec.options(), context))
                .orElseGet(() -> named(spec, inputs)));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Both ways by the same name: only one of them is opened. */
  private MidiPort named(DeviceSpec spec, boolean inputs) {
    Optional<PortPattern> in = inputs || spec.out().isEmpty() ? spec.in() : Optional.empty();
    Optional<PortPattern> out = !inputs || spec.in().isEmpty() ? spec.out() : Optional.empty();
    return ports.named(spec.where(), in, out, spec.virtual(), spec.options());
  }

  /**
   * Opens them.
   *
   * @param listeners for the name of a device and its port
   * @throws dev.clasp.bridge.spi.BridgeException one cannot be opened; then none is
   */
  void open(BiFunction<String, MidiPort, MidiPort.Listener> listeners) {
    try {
      open.forEach((device, port) -> port.open(listeners.apply(device, port)));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  List<MidiPort> ports() {
    return new ArrayList<>(open.values());
  }

  /** What ports need of a host. */
  private final class Quiet implements EndpointContext {
    private final Consumer<String> notes;

    Quiet(Consumer<String> notes) {
      this.notes = notes;
    }

    @Override
    public String name() {
      return "midi";
    }

    @Override
    public void receive(Parcel parcel) {}

    @Override
    public void up(String how) {}

    @Override
    public void down(String why) {}

    @Override
    public void failed(String why) {
      notes.accept(why);
    }

    @Override
    public void error(String what) {
      notes.accept(what);
    }

    @Override
    public void dropped(String why) {
      notes.accept(why);
    }

    @Override
    public void bytes(long in, long out) {}

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public long routerMicros() {
      return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    @Override
    public Runnable schedule(Runnable task, long delayNanos) {
      ScheduledFuture<?> future = later.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
      return () -> future.cancel(false);
    }
  }

  @Override
  public void close() {
    open.values().forEach(MidiPort::close);
    later.shutdownNow();
    ports.close();
  }
}
