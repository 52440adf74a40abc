package dev.clasp.bridgemidi;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.Endpoint;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.Parcel;
import dev.clasp.protocol.Message.SignalDefinition;
import dev.clasp.protocol.Value;
import dev.clasp.transform.MappedSignal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** One MIDI bridge while it runs: its devices and its beat. */
final class MidiEndpoint implements Endpoint {

  /** A time further ahead is a wrong clock: it happens now. */
  private static final long TIME_LIMIT_MICROS = TimeUnit.SECONDS.toMicros(60);

  private final MidiConfig config;
  private final EndpointContext context;
  private final MidiPorts ports;
  private final Beat beat;
  private final DueMessages due;
  private final List<MidiDevice> devices = new ArrayList<>();
  private final List<String> names;
  private volatile boolean started;

  MidiEndpoint(MidiConfig config, EndpointContext context, MidiPorts ports) {
    this.config = config;
    this.context = context;
    this.ports = ports;
    this.beat = new Beat(context.name());
    this.due = new DueMessages(beat);
    this.names = config.devices().stream().map(DeviceSpec::name).toList();
    for (DeviceSpec spec : config.devices()) {
      MidiPort port =
          spec.address()
              .flatMap(address -> ports.addressed(address, spec.options(), context))
              .orElseGet(() ->
                  ports.named(spec.where(), spec.in(), spec.out(), spec.virtual(), spec.options()));
      devices.add(new MidiDevice(spec, port, beat, context, this::changed));
    }
  }

  @Override
  public void start() {
    context.down(states());
    started = true;
    for (MidiDevice device : devices) {
      try {
        device.open();
      } catch (BridgeException e) {
        String why = device.name() + ": " + e.getMessage();
        throw e.lasting() ? BridgeException.lasting(why) : BridgeException.passing(why);
      }
    }
    List<SignalDefinition> offers = new ArrayList<>();
    devices.forEach(device -> offers.addAll(device.offers()));
    if (!offers.isEmpty()) {
      context.offers(offers);
    }
  }

  private synchronized void changed() {
    if (!started) {
      return;
    }
    if (devices.stream().anyMatch(MidiDevice::isUp)) {
      context.up(states());
    } else {
      context.down(states());
    }
  }

  private String states() {
    return String.join("; ", devices.stream().map(MidiDevice::state).toList());
  }

  @Override
  public boolean sends() {
    return devices.stream().anyMatch(MidiDevice::sends);
  }

  @Override
  public boolean stateful() {
    return config.devices().stream().anyMatch(DeviceSpec::initial);
  }

  @Override
  public boolean repeats(String path) {
    for (MidiDevice device : devices) {
      String prefix = "/" + device.name() + "/";
      if (path.startsWith(prefix)) {
        return device.spec().initial() && device.repeatsPath(path.substring(prefix.length() - 1));
      }
    }
    return false;
  }

  @Override
  public boolean gestures() {
    return true;
  }

  @Override
  public void letGo() {
    devices.forEach(MidiDevice::letGo);
  }

  @Override
  public void routerConnected(boolean connected) {
    devices.forEach(device -> device.router(connected));
  }

  @Override
  public void send(Parcel parcel) {
    long wait =
        parcel.timeMicros().isPresent()
            ? parcel.timeMicros().getAsLong() - context.routerMicros()
            : 0;
    for (MappedSignal signal : parcel.signals()) {
      Optional<MidiPath> path = MidiPath.of(signal.address(), names);
      if (path.isEmpty()) {
        context.dropped(
            "there is no device for "
                + signal.address()
                + "; there are "
                + String.join(", ", names));
        continue;
      }
      for (MidiDevice device : devices) {
        if (device.sends() && path.get().device().map(device.name()::equals).orElse(true)) {
          send(device, path.get().tail(), signal, wait);
        }
      }
    }
  }

  private void send(MidiDevice device, List<String> tail, MappedSignal signal, long waitMicros) {
    long now = System.nanoTime();
    if (waitMicros <= 0 || waitMicros > TIME_LIMIT_MICROS) {
      device.send(tail, signal, now);
      return;
    }
    long when = now + TimeUnit.MICROSECONDS.toNanos(waitMicros);
    if (!due.add(when, () -> device.send(tail, signal, when))) {
      context.dropped("too much is to be sent later; " + signal.address() + " is left out");
    }
  }

  @Override
  public Map<String, Value> details() {
    Map<String, Value> details = new LinkedHashMap<>();
    for (MidiDevice device : devices) {
      details.put(device.name(), Value.of(device.details()));
    }
    if (beat.used()) {
      double[] late = beat.lateMicros();
      details.put("late_us_p50", Value.of(late[0]));
      details.put("late_us_p99", Value.of(late[1]));
    }
    return details;
  }

  @Override
  public void close() {
    started = false;
    // First, or a note that is due begins behind the end of all notes.
    beat.close();
    devices.forEach(MidiDevice::close);
    ports.close();
  }
}
