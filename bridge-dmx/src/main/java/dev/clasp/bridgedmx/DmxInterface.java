package dev.clasp.bridgedmx;

import dev.clasp.bridgedmx.InterfaceSpec.Kind;
import dev.clasp.protocol.Value;
import dev.clasp.serial.SerialDevice;
import dev.clasp.serial.SerialPortInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One interface of the settings, whether it is plugged in or not: opens it, works with it, and when
 * it is gone looks for it until it is there again: by its USB serial number wherever it is plugged
 * in then, or by its port if it has none. Another device with a number never takes its place, or
 * universes would be swapped.
 */
final class DmxInterface implements AutoCloseable {

  /** What becomes of it. Told by its thread. */
  interface Listener {
    void up(DmxInterface which, String what);

    void down(DmxInterface which, String why);

    /** Levels have come on its line. */
    void heard(DmxInterface which, byte[] slots);

    void unusable(DmxInterface which, String why);

    void bytes(long in, long out);
  }

  /** FTDI, whose chips are in nearly all interfaces. */
  static final int FTDI = 0x0403;

  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final InterfaceSpec spec;
  private final Ports ports;
  private final Ticker ticker;
  private final Listener listener;
  private final Thread thread;

  // Guarded by this.
  private final byte[] @Nullable [] last = new byte[2][];
  private Optional<Driver> driver = Optional.empty();

  /** Number of the device that worked last; what did not work was perhaps a wrong one. */
  private Optional<String> usb = Optional.empty();

  private Optional<String> openUsb = Optional.empty();
  private String openPort = "";
  private String state = "not opened yet";
  private boolean works;
  private boolean closed;
  private long plugged;

  DmxInterface(InterfaceSpec spec, Ports ports, Ticker ticker, Listener listener) {
    this.spec = spec;
    this.ports = ports;
    this.ticker = ticker;
    this.listener = listener;
    this.thread = Thread.ofPlatform().daemon().name("dmx-" + spec.port()).unstarted(this::run);
  }

  InterfaceSpec spec() {
    return spec;
  }

  void start() {
    thread.start();
  }

  private void run() {
    long pause = FIRST_PAUSE_NANOS;
    boolean askedInVain = false;
    while (!isClosed()) {
      String why;
      try {
        if (work(askedInVain)) {
          return;
        }
        why = "is gone";
      } catch (ProDriver.NoAnswerException e) {
        askedInVain = spec.kind() == Kind.AUTO;
        why = String.valueOf(e.getMessage());
        if (askedInVain && isFtdi(openPort())) {
          // Not a failure: tried in the other way at once.
          continue;
        }
      } catch (IOException | RuntimeException e) {
        // The library for ports throws its own; a port is never worth more than this thread.
        why = e.getMessage() == null ? e.toString() : e.getMessage();
      } catch (InterruptedException e) {
        return;
      }
      boolean worked;
      synchronized (this) {
        worked = works;
        works = false;
        driver = Optional.empty();
        state = why;
      }
      if (isClosed()) {
        return;
      }
      askedInVain &= !worked;
      pause = worked ? FIRST_PAUSE_NANOS : Math.min(pause * 2, LONGEST_PAUSE_NANOS);
      listener.down(this, name() + ": " + why);
      try {
        ticker.sleepUntil(ticker.nanoTime() + pause);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /**
   * @return whether it was closed before it began
   */
  private boolean work(boolean asOpen) throws IOException, InterruptedException {
    Driver made;
    if (spec.isVirtual()) {
      made = new VirtualDriver(new Heard());
    } else {
      String port = find();
      boolean open = spec.kind() == Kind.OPEN || asOpen && isFtdi(port);
      SerialDevice device = ports.open(port, open);
      made =
          open
              ? new OpenDriver(device, spec, ticker, new Heard())
              : new ProDriver(device, spec, ticker, new Heard());
      // It may take a while, and who sends to any interface must not wait for it.
      Optional<String> number = serialNumberAt(port);
      synchronized (this) {
        openPort = port;
        openUsb = number;
      }
    }
    synchronized (this) {
      if (closed) {
        made.close();
        return true;
      }
      driver = Optional.of(made);
      for (int line = 0; line < last.length; line++) {
        byte[] slots = last[line];
        if (slots != null) {
          made.output(line, slots);
        }
      }
    }
    made.run();
    return false;
  }

  // --- where it is -------------------------------------------------------------------------------

  private String find() throws IOException {
    String port = spec.port();
    if (port.startsWith(InterfaceSpec.TCP)) {
      return port;
    }
    Optional<String> number =
        port.startsWith(InterfaceSpec.USB)
            ? Optional.of(port.substring(InterfaceSpec.USB.length()))
            : usb();
    List<SerialPortInfo> all = ports.list();
    if (number.isPresent()) {
      for (SerialPortInfo each : all) {
        if (each.serialNumber().equalsIgnoreCase(number.get())) {
          return each.port();
        }
      }
      if (port.startsWith(InterfaceSpec.USB)) {
        throw new IOException("no USB device with the serial number " + number.get());
      }
      Optional<String> other = at(port, all).map(SerialPortInfo::serialNumber);
      if (other.isPresent() && !other.get().isEmpty()) {
        throw new IOException(
            "waits for the USB device with the serial number "
                + number.get()
                + "; there is another one now, "
                + other.get()
                + ": to use that one, restart the bridge");
      }
    }
    if (port.equals(InterfaceSpec.AUTO_PORT)) {
      return all.stream()
          .filter(each -> each.vendorId() == FTDI)
          .filter(each -> number.isEmpty() || each.serialNumber().isEmpty())
          .map(SerialPortInfo::port)
          .findFirst()
          .orElseThrow(() ->
              new IOException(
                  number
                      .map(each -> "no USB device with the serial number " + each)
                      .orElse("no USB interface with an FTDI chip is plugged in")));
    }
    return port;
  }

  private Optional<String> serialNumberAt(String port) {
    return isElsewhere(port)
        ? Optional.empty()
        : at(port, ports.list())
            .map(SerialPortInfo::serialNumber)
            .filter(number -> !number.isEmpty());
  }

  private boolean isFtdi(String port) {
    return !isElsewhere(port)
        && at(port, ports.list()).filter(each -> each.vendorId() == FTDI).isPresent();
  }

  /** Whether it is no port of this machine, so that a look at them would be in vain. */
  private static boolean isElsewhere(String port) {
    return port.isEmpty() || port.startsWith(InterfaceSpec.TCP);
  }

  private static Optional<SerialPortInfo> at(String port, List<SerialPortInfo> all) {
    String real = real(port);
    return all.stream().filter(each -> real(each.port()).equals(real)).findFirst();
  }

  /** What links such as those in /dev/serial/by-id lead to. */
  private static String real(String port) {
    try {
      return port.startsWith("/") ? Path.of(port).toRealPath().toString() : port;
    } catch (IOException | RuntimeException e) {
      return port;
    }
  }

  private synchronized Optional<String> usb() {
    return usb;
  }

  private synchronized String openPort() {
    return openPort;
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  // --- for the bridge ----------------------------------------------------------------------------

  /**
   * Shows these levels from now on, also after it was unplugged; not copied.
   *
   * @param line 0, or 1 for the second of two
   */
  void output(int line, byte[] slots) {
    Optional<Driver> now;
    synchronized (this) {
      last[line] = slots;
      now = driver;
    }
    now.ifPresent(each -> each.output(line, slots));
  }

  /** Sends a message of RDM; empty if nothing answers. */
  CompletableFuture<Optional<byte[]>> rdm(byte[] packet, boolean discovery) {
    Optional<Driver> now;
    synchronized (this) {
      now = driver;
    }
    return now.map(each -> each.rdm(packet, discovery))
        .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()));
  }

  synchronized boolean works() {
    return works;
  }

  /** What it is, or why it does not work. */
  synchronized String state() {
    return state;
  }

  /** For people: the port and, if it is another one now, where it is. */
  String name() {
    String port = openPort();
    return port.isEmpty() || port.equals(spec.port()) ? spec.name() : spec.name() + " at " + port;
  }

  Map<String, Value> details() {
    Optional<Driver> now;
    Map<String, Value> details = new LinkedHashMap<>();
    synchronized (this) {
      now = driver;
      details.put("port", Value.of(openPort.isEmpty() ? spec.port() : openPort));
      details.put("kind", Value.of(spec.kind().toString()));
      details.put("direction", Value.of(spec.direction().toString()));
      details.put("universe", Value.of(spec.universe()));
      spec.second().ifPresent(second -> details.put("universe2", Value.of(second)));
      details.put("works", Value.of(works));
      details.put("state", Value.of(state));
      details.put("plugged_in", Value.of(plugged));
    }
    now.ifPresent(each -> details.putAll(each.details()));
    return details;
  }

  /** Lets go of the port when what waits is written. */
  @Override
  public void close() {
    Optional<Driver> now;
    synchronized (this) {
      closed = true;
      now = driver;
    }
    now.ifPresent(Driver::close);
    thread.interrupt();
    if (thread.isAlive() && !thread.equals(Thread.currentThread())) {
      try {
        thread.join(TimeUnit.SECONDS.toMillis(2));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Passes on what the driver tells. */
  private final class Heard implements Driver.Listener {
    @Override
    public void works(String what) {
      synchronized (DmxInterface.this) {
        works = true;
        usb = openUsb.or(() -> usb);
        state = what;
        plugged++;
      }
      listener.up(DmxInterface.this, name() + ": " + what);
    }

    @Override
    public void heard(byte[] slots) {
      listener.heard(DmxInterface.this, slots);
    }

    @Override
    public void unusable(String why) {
      listener.unusable(DmxInterface.this, name() + ": " + why);
    }

    @Override
    public void bytes(long in, long out) {
      listener.bytes(in, out);
    }
  }
}
