package dev.clasp.bridgemidi;

import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A device of this machine, found by the names of its input and output: opened as soon as it is
 * there, and again when it comes back. One thread looks, when the system tells of changes and every
 * second; another sends.
 */
final class SystemPort implements MidiPort {

  private static final long LOOK = TimeUnit.SECONDS.toNanos(1);
  private static final long WRITER_LOOK = TimeUnit.MILLISECONDS.toNanos(200);
  private static final int SHOWN = 12;

  private final MidiPorts ports;
  private final String name;
  private final Optional<PortPattern> in;
  private final Optional<PortPattern> out;
  private final Optional<String> virtual;
  private final PacedLine line;
  private final Semaphore changes = new Semaphore(0);
  private final List<Runnable> watches = new ArrayList<>();
  private volatile @Nullable Half input;
  private volatile @Nullable Half output;
  private volatile MidiPort.@Nullable Listener listener;
  private volatile @Nullable Thread finder;
  private volatile @Nullable Thread writer;
  private volatile boolean closed;
  private String said = "";
  private String problem = "";
  private boolean isUp;

  private record Half(FoundPort port, PortSystem.OpenPort open) {}

  /**
   * @param virtual a port of our own under this name, for programs that connect to it
   * @param rate bytes a second for the output, 0 for no bound
   */
  SystemPort(
      MidiPorts ports,
      String name,
      Optional<PortPattern> in,
      Optional<PortPattern> out,
      Optional<String> virtual,
      int rate) {
    this.ports = ports;
    this.name = name;
    this.in = in;
    this.out = out;
    this.virtual = virtual;
    this.line = new PacedLine(rate, RawPort.CAPACITY, false, Integer.MAX_VALUE);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean sends() {
    return out.isPresent() || virtual.isPresent();
  }

  @Override
  public boolean receives() {
    return in.isPresent() || virtual.isPresent();
  }

  @Override
  public void open(Listener told) {
    listener = told;
    if (virtual.isPresent()) {
      openVirtual(virtual.get(), told);
    } else {
      for (PortSystem system : ports.systems()) {
        watches.add(system.watch(changes::release));
      }
      finder = Thread.ofPlatform().daemon().name("midi-find-" + name).start(() -> find(told));
    }
    if (sends()) {
      writer = Thread.ofPlatform().daemon().name("midi-out-" + name).start(() -> write(told));
    }
  }

  private void openVirtual(String as, Listener told) {
    try {
      PortSystem.OpenPort open =
          ports.virtual(
              as,
              (bytes, nanos) -> {
                told.bytes(bytes.length, 0);
                told.message(bytes, nanos);
              });
      FoundPort own = new FoundPort("", as, as, "", true, true, true);
      input = new Half(own, open);
      output = new Half(own, open);
      told.up("port " + as + ", for programs to connect to");
    } catch (IOException e) {
      throw BridgeException.lasting(String.valueOf(e.getMessage()));
    }
  }

  // --- finding -----------------------------------------------------------------------------------

  private void find(Listener told) {
    while (!closed) {
      look(told);
      try {
        if (changes.tryAcquire(LOOK, TimeUnit.NANOSECONDS)) {
          changes.drainPermits();
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private synchronized void look(Listener told) {
    if (closed) {
      return;
    }
    List<FoundPort> all = ports.list();
    String trouble = "";
    boolean opened = false;
    input = kept(input, all);
    output = kept(output, all);
    if (in.isPresent() && input == null) {
      Optional<FoundPort> found = MidiPorts.choose(in.get(), all, true);
      if (found.isPresent()) {
        FoundPort port = found.get();
        try {
          input =
              new Half(
                  port,
                  ports
                      .system(port)
                      .openInput(
                          port,
                          (bytes, nanos) -> {
                            told.bytes(bytes.length, 0);
                            told.message(bytes, nanos);
                          }));
        } catch (IOException e) {
          trouble = String.valueOf(e.getMessage());
        }
      }
    }
    if (out.isPresent() && output == null) {
      Optional<FoundPort> found = MidiPorts.choose(out.get(), all, false);
      if (found.isPresent()) {
        FoundPort port = found.get();
        try {
          line.clear();
          output = new Half(port, ports.system(port).openOutput(port));
          opened = true;
        } catch (IOException e) {
          trouble = String.valueOf(e.getMessage());
        }
      }
    }
    if (opened && isUp) {
      // The input was there before it, or the output came back alone: it has to be told all again.
      isUp = false;
      said = "";
      told.down("the output has come");
    }
    tell(told, all, trouble);
  }

  private static @Nullable Half kept(@Nullable Half half, List<FoundPort> all) {
    if (half == null
        || all.stream()
            .anyMatch(port ->
                port.id().equals(half.port().id()) && port.system().equals(half.port().system()))) {
      return half;
    }
    half.open().close();
    return null;
  }

  private void tell(Listener told, List<FoundPort> all, String trouble) {
    Half from = input;
    Half to = output;
    List<String> parts = new ArrayList<>();
    if (from != null && to != null && from.port().name().equals(to.port().name())) {
      parts.add(from.port().name() + " in and out");
    } else {
      in.ifPresent(
          pattern -> parts.add(from != null ? from.port().name() + " in" : "no input " + pattern));
      out.ifPresent(
          pattern -> parts.add(to != null ? to.port().name() + " out" : "no output " + pattern));
    }
    String text = String.join(", ", parts);
    if (from == null && to == null) {
      text = trouble.isEmpty() ? text + "; " + there(all) : trouble;
    } else if (!trouble.isEmpty() && !trouble.equals(problem)) {
      told.error(trouble);
    }
    problem = trouble;
    if (!text.equals(said)) {
      said = text;
      isUp = from != null || to != null;
      if (isUp) {
        told.up(text);
      } else {
        told.down(text);
      }
    }
  }

  private String there(List<FoundPort> all) {
    List<String> names =
        all.stream().filter(port -> !port.software()).map(FoundPort::name).distinct().toList();
    if (names.isEmpty()) {
      return "there is no MIDI device here" + ports.missing().map(why -> "; " + why).orElse("");
    }
    return "there are "
        + String.join(", ", names.stream().limit(SHOWN).toList())
        + (names.size() > SHOWN ? " and more" : "");
  }

  // --- sending -----------------------------------------------------------------------------------

  @Override
  public void send(byte[] message, long nanos) {
    Listener told = listener;
    if (told == null || closed) {
      return;
    }
    if (output == null) {
      told.lost("there is no output " + out.map(PortPattern::toString).orElse(name));
    } else if (!line.offer(message)) {
      told.lost(name + " cannot take so much: " + line.pending() + " bytes wait");
    }
  }

  private void write(Listener told) {
    while (!closed) {
      long wait = line.waitNanos(System.nanoTime());
      try {
        if (wait == Long.MAX_VALUE) {
          line.awaitMore(WRITER_LOOK);
          continue;
        }
        if (wait > 0) {
          TimeUnit.NANOSECONDS.sleep(wait);
          continue;
        }
      } catch (InterruptedException e) {
        return;
      }
      byte[] bytes = line.take(System.nanoTime());
      Half to = output;
      if (bytes.length > 0 && to != null) {
        try {
          to.open().send(bytes);
          told.bytes(0, bytes.length);
        } catch (IOException e) {
          told.lost(to.port().name() + ": " + e.getMessage());
          forsake(to);
        }
      }
    }
  }

  /** It may be listed still, or again: it is opened anew. */
  private synchronized void forsake(Half half) {
    if (half.equals(output) && virtual.isEmpty()) {
      output = null;
      half.open().close();
      changes.release();
    }
  }

  @Override
  public Map<String, Value> details() {
    Map<String, Value> details = new LinkedHashMap<>();
    Half from = input;
    Half to = output;
    if (from != null) {
      details.put("in", Value.of(shown(from)));
    }
    if (to != null) {
      details.put("out", Value.of(shown(to)));
    }
    details.put("waiting_bytes", Value.of(line.pending()));
    details.put("coalesced", Value.of(line.coalesced()));
    return details;
  }

  private static String shown(Half half) {
    return (half.port().system().isEmpty() ? "" : half.port().system() + ":") + half.port().name();
  }

  @Override
  public void flush(long nanos) {
    Flushing.await(() -> output == null || line.pending() == 0, nanos);
  }

  @Override
  public void close() {
    closed = true;
    watches.forEach(Runnable::run);
    changes.release();
    line.clear();
    Flushing.join(finder);
    Flushing.join(writer);
    synchronized (this) {
      Half from = input;
      Half to = output;
      input = null;
      output = null;
      if (from != null) {
        from.open().close();
      }
      // A virtual port is both; closing twice does nothing.
      if (to != null) {
        to.open().close();
      }
    }
  }
}
