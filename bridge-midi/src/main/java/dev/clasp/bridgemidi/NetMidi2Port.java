package dev.clasp.bridgemidi;

import dev.clasp.bridge.Interruptions;
import dev.clasp.bridge.spi.BridgeException;
import dev.clasp.bridge.spi.EndpointContext;
import dev.clasp.bridge.spi.HostPort;
import dev.clasp.midi.Ump;
import dev.clasp.protocol.Value;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Network MIDI 2.0 as a port. Up while somebody else is there. Threads: one that reads the socket,
 * one for what is due, one that looks up names.
 */
final class NetMidi2Port implements MidiPort {

  /** Names are looked up again this often: addresses change. */
  private static final long LOOK_UP = TimeUnit.SECONDS.toNanos(10);

  /** How long we wait to be told goodbye, and after what time we say it again. */
  private static final long GOODBYE = TimeUnit.MILLISECONDS.toNanos(300);

  private static final long GOODBYE_AGAIN = TimeUnit.MILLISECONDS.toNanos(60);

  /** After a failure of whoever hears of it. */
  private static final long FAILED = TimeUnit.MILLISECONDS.toNanos(100);

  private final String address;
  private final NetMidi2Config config;
  private final EndpointContext context;
  private final UmpSpeech speech;
  private final List<Thread> threads = new ArrayList<>();
  private @Nullable UdpSocket socket;
  private @Nullable NetMidi2Session session;
  private @Nullable MidiNeighbours neighbours;
  private @Nullable Thread ticker;
  private volatile boolean closed;

  NetMidi2Port(String address, NetMidi2Config config, EndpointContext context) {
    this.address = address;
    this.config = config;
    this.context = context;
    this.speech = new UmpSpeech(config.group(), this::send);
  }

  @Override
  public String name() {
    return address;
  }

  /** Nothing is heard any more when the port is closed. */
  private final class Ears implements NetMidi2Session.Listener {
    private final Listener listener;

    Ears(Listener listener) {
      this.listener = listener;
    }

    @Override
    public void message(byte[] message) {
      if (!closed) {
        listener.message(message, context.nanoTime());
      }
    }

    @Override
    public void packet(Ump packet) {
      if (!closed) {
        listener.packet(packet, context.nanoTime());
      }
    }

    @Override
    public void sysEx8(byte[] data) {
      if (!closed) {
        listener.sysEx8(data, context.nanoTime());
      }
    }

    @Override
    public void changed(List<String> others) {
      if (!closed) {
        if (others.isEmpty()) {
          listener.down(idle());
        } else {
          listener.up("Network MIDI 2.0 with " + String.join(", ", others));
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
    UdpSocket open = socket;
    List<String> waits = new ArrayList<>();
    if (!config.invite().isEmpty()) {
      waits.add("inviting " + config.invite().getFirst());
    }
    config.find().ifPresent(each -> waits.add("looking for a host with the name " + each));
    if (config.accept()) {
      waits.add(
          "waiting for an invitation at udp "
              + new HostPort(config.bind().host(), open == null ? 0 : open.port()));
    }
    return String.join(", ", waits);
  }

  @Override
  public void open(Listener listener) {
    UdpSocket opened = socket(listener);
    socket = opened;
    NetMidi2Session made =
        new NetMidi2Session(
            config,
            (to, bytes) -> {
              opened.send(to, bytes);
              listener.bytes(0, bytes.length);
            },
            context::nanoTime,
            new SecureRandom(),
            new Ears(listener));
    session = made;
    listener.down(idle());
    Thread due = start("due", () -> tick(made, listener));
    ticker = due;
    opened.start(
        "midi2-" + context.name(),
        (from, bytes, length) -> {
          listener.bytes(length, 0);
          made.receive(from, bytes, length);
          LockSupport.unpark(due);
        });
    if (!config.invite().isEmpty()) {
      start("names", () -> lookUp(made, listener));
    }
    neighbours =
        MidiNeighbours.start(config.wanted(), opened.port(), made::invite, listener::error);
  }

  private UdpSocket socket(Listener listener) {
    HostPort bind = config.bind();
    InetAddress ours = UdpSocket.address(bind);
    try {
      return new UdpSocket(ours, bind.port(), listener::error);
    } catch (IOException e) {
      throw e instanceof BindException && String.valueOf(e.getMessage()).contains("in use")
          ? BridgeException.passing(
              "udp port "
                  + bind.port()
                  + " is taken by another program (on Linux, ss -lnp shows it); take another port")
          : BridgeException.passing("cannot listen on udp " + bind + ": " + e.getMessage());
    }
  }

  private Thread start(String what, Runnable task) {
    Thread thread = Thread.ofVirtual().name("midi2-" + what + "-" + context.name()).start(task);
    threads.add(thread);
    return thread;
  }

  private void tick(NetMidi2Session of, Listener listener) {
    while (!closed) {
      long sleep = FAILED;
      try {
        speech.tick(context.nanoTime());
        sleep = Math.max(100_000, of.tick());
      } catch (RuntimeException e) {
        // Without this thread the session would be taken for gone.
        listener.error("unexpected failure: " + e);
      }
      LockSupport.parkNanos(sleep);
    }
  }

  private void lookUp(NetMidi2Session of, Listener listener) {
    Map<HostPort, String> told = new LinkedHashMap<>();
    while (!closed) {
      for (HostPort each : config.invite()) {
        try {
          InetAddress found =
              InetAddress.getByName(each.host().isEmpty() ? NetMidi2Config.HERE : each.host());
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

  // --- sending -----------------------------------------------------------------------------------

  @Override
  public boolean packets() {
    return true;
  }

  @Override
  public void send(byte[] message, long nanos) {
    send(message, nanos, Double.NaN);
  }

  @Override
  public void send(byte[] message, long nanos, double exact) {
    speech.message(message, exact, context.nanoTime());
  }

  @Override
  public void sendPackets(List<Ump> packets) {
    speech.packets(packets);
  }

  @Override
  public void sendSysEx8(byte[] data) {
    speech.sysEx8(data);
  }

  private void send(List<Ump> midi1, List<Ump> midi2) {
    NetMidi2Session open = session;
    if (open != null) {
      open.send(midi1, midi2);
      Thread due = ticker;
      if (due != null) {
        LockSupport.unpark(due);
      }
    }
  }

  // --- the end -----------------------------------------------------------------------------------

  @Override
  public Map<String, Value> details() {
    NetMidi2Session open = session;
    UdpSocket bound = socket;
    if (open == null || bound == null) {
      return Map.of();
    }
    Map<String, Value> all = new LinkedHashMap<>(open.details());
    all.put("udp_port", Value.of(bound.port()));
    return all;
  }

  @Override
  public void flush(long nanos) {
    NetMidi2Session open = session;
    if (open != null) {
      speech.flush();
      Flushing.await(open::drained, nanos);
    }
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
    NetMidi2Session open = session;
    if (open != null) {
      open.close();
      long end = System.nanoTime() + GOODBYE;
      do {
        Flushing.await(open::gone, GOODBYE_AGAIN);
      } while (open.goodbye() && System.nanoTime() < end);
    }
    UdpSocket bound = socket;
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
