package dev.clasp.bridgemidi;

import dev.clasp.bridge.Interruptions;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.HostPort;
import dev.clasp.protocol.Value;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A session of RTP-MIDI as a port. Up while somebody else is in it. Threads: two that read sockets,
 * one for what is due, one that looks up names.
 */
final class RtpMidiPort implements MidiPort {

  /** After a failure of whoever hears of it. */
  private static final long FAILED = TimeUnit.MILLISECONDS.toNanos(100);

  /** Names are looked up again this often: addresses change. */
  private static final long LOOK_UP = TimeUnit.SECONDS.toNanos(10);

  private final String address;
  private final RtpMidiConfig config;
  private final EndpointContext context;
  private final List<Thread> threads = new ArrayList<>();
  private @Nullable RtpMidiSockets sockets;
  private @Nullable RtpMidiSession session;
  private @Nullable MidiNeighbours neighbours;
  private @Nullable Thread ticker;
  private volatile boolean closed;

  RtpMidiPort(String address, RtpMidiConfig config, EndpointContext context) {
    this.address = address;
    this.config = config;
    this.context = context;
  }

  @Override
  public String name() {
    return address;
  }

  /** Nothing is heard any more when the port is closed. */
  private final class Ears implements RtpMidiSession.Listener {
    private final Listener listener;

    Ears(Listener listener) {
      this.listener = listener;
    }

    @Override
    public void message(byte[] message, long nanos) {
      if (!closed) {
        listener.message(message, nanos);
      }
    }

    @Override
    public void changed(List<String> others) {
      if (!closed) {
        if (others.isEmpty()) {
          listener.down(idle());
        } else {
          listener.up("RTP-MIDI with " + String.join(", ", others));
        }
      }
    }

    @Override
    public void lost(String why) {
      if (!closed) {
        listener.lost(why);
      }
    }

    @Override
    public void error(String what) {
      if (!closed) {
        listener.error(what);
      }
    }
  }

  private String idle() {
    RtpMidiSockets open = sockets;
    List<String> waits = new ArrayList<>();
    if (!config.invite().isEmpty()) {
      waits.add("inviting " + config.invite().getFirst());
    }
    config.find().ifPresent(each -> waits.add("looking for a session with the name " + each));
    if (config.accept()) {
      waits.add(
          "waiting for an invitation at udp "
              + new HostPort(config.bind().host(), open == null ? 0 : open.port()));
    }
    return String.join(", ", waits);
  }

  @Override
  public void open(Listener listener) {
    RtpMidiSockets opened = RtpMidiSockets.open(config.bind(), listener::error);
    sockets = opened;
    RtpMidiSession made =
        new RtpMidiSession(
            config,
            new Counting(opened, listener),
            context::nanoTime,
            RandomGenerator.getDefault(),
            new Ears(listener));
    session = made;
    listener.down(idle());
    Thread due = start("due", () -> tick(made, listener));
    ticker = due;
    opened.start(
        "rtp-midi-" + context.name(),
        (from, bytes, length) -> {
          listener.bytes(length, 0);
          made.control(from, bytes, length);
        },
        (from, bytes, length) -> {
          listener.bytes(length, 0);
          made.data(from, bytes, length);
          LockSupport.unpark(due);
        });
    if (!config.invite().isEmpty()) {
      start("names", () -> lookUp(made, listener));
    }
    neighbours =
        MidiNeighbours.start(config.wanted(), opened.port(), made::invite, listener::error);
  }

  /** Counts what is sent. */
  private record Counting(RtpMidiSession.Network network, Listener listener)
      implements RtpMidiSession.Network {
    @Override
    public void control(InetSocketAddress to, byte[] bytes) {
      network.control(to, bytes);
      listener.bytes(0, bytes.length);
    }

    @Override
    public void data(InetSocketAddress to, byte[] bytes) {
      network.data(to, bytes);
      listener.bytes(0, bytes.length);
    }
  }

  private Thread start(String what, Runnable task) {
    Thread thread = Thread.ofVirtual().name("rtp-midi-" + what + "-" + context.name()).start(task);
    threads.add(thread);
    return thread;
  }

  private void tick(RtpMidiSession of, Listener listener) {
    while (!closed) {
      long sleep = FAILED;
      try {
        sleep = Math.max(100_000, of.tick());
      } catch (RuntimeException e) {
        // Without this thread the session would be taken for gone.
        listener.error("unexpected failure: " + e);
      }
      LockSupport.parkNanos(sleep);
    }
  }

  private void lookUp(RtpMidiSession of, Listener listener) {
    Map<HostPort, String> told = new LinkedHashMap<>();
    while (!closed) {
      for (HostPort each : config.invite()) {
        try {
          InetAddress found =
              InetAddress.getByName(each.host().isEmpty() ? RtpMidiConfig.HERE : each.host());
          of.invite(each.toString(), new InetSocketAddress(found, each.port()));
          told.remove(each);
        } catch (UnknownHostException e) {
          if (told.put(each, "") == null) {
            listener.error("there is no host " + each.host() + "; it is looked for again");
          }
        }
      }
      LockSupport.parkNanos(LOOK_UP);
    }
  }

  @Override
  public void send(byte[] message, long nanos) {
    RtpMidiSession open = session;
    if (open != null) {
      open.send(message, nanos);
      Thread due = ticker;
      if (due != null) {
        LockSupport.unpark(due);
      }
    }
  }

  @Override
  public Map<String, Value> details() {
    RtpMidiSession open = session;
    RtpMidiSockets bound = sockets;
    if (open == null || bound == null) {
      return Map.of();
    }
    Map<String, Value> all = new LinkedHashMap<>(open.details());
    all.put("control_port", Value.of(bound.port()));
    return all;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    MidiNeighbours looking = neighbours;
    if (looking != null) {
      looking.close();
    }
    RtpMidiSession open = session;
    if (open != null) {
      open.close();
    }
    RtpMidiSockets bound = sockets;
    if (bound != null) {
      bound.close();
    }
    for (Thread each : threads) {
      LockSupport.unpark(each);
      if (each != Thread.currentThread()) {
        Interruptions.join(each);
      }
    }
  }
}
