package dev.clasp.bridgemidi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The ALSA sequencer: devices and programs of Linux, connected by the kernel, which also tells when
 * they come and go. One client named CLASP, made when it is first needed; each open port of ours is
 * connected with one other, or waits for programs to connect ({@link #virtual}).
 *
 * <p>What is sent and asked goes through one lock; one thread takes what comes.
 */
@SuppressWarnings("restricted")
final class AlsaPorts implements PortSystem, AutoCloseable {

  static final String NAME = "alsa";

  private static final Path DEVICE = Path.of("/dev/snd/seq");
  private static final int SYSEX_PIECE = 256;
  private static final int DECODED = 65_536;
  private static final int POLL_MILLIS = 200;
  private static final int TRIES = 500;
  private static final long PAUSE_NANOS = 1_000_000;

  private final Optional<Alsa> library;
  private final Path device;
  private final Map<Integer, Sink> sinks = new ConcurrentHashMap<>();
  private final List<Runnable> watchers = new CopyOnWriteArrayList<>();

  /** Guarded by this. */
  private @Nullable Client client;

  private boolean closed;

  private static final class Client {
    private final MemorySegment seq;
    private final int id;
    private final MemorySegment encoder;
    private final MemorySegment event;
    private @Nullable Thread reader;
    private volatile boolean ends;

    Client(MemorySegment seq, int id, MemorySegment encoder, MemorySegment event) {
      this.seq = seq;
      this.id = id;
      this.encoder = encoder;
      this.event = event;
    }
  }

  AlsaPorts() {
    this("libasound.so.2", DEVICE);
  }

  AlsaPorts(String library, Path device) {
    this.device = device;
    // Without the device the library is not even loaded.
    this.library = Files.exists(device) ? Alsa.load(library) : Optional.empty();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Optional<String> missing() {
    if (!System.getProperty("os.name", "").equals("Linux")) {
      return Optional.of("there is ALSA on Linux only");
    }
    if (!Files.exists(device)) {
      return Optional.of(
          "there is no ALSA sequencer here ("
              + device
              + " does not exist): load the kernel module snd-seq, or give the container the"
              + " device");
    }
    if (library.isEmpty()) {
      return Optional.of("libasound.so.2 is not there: install libasound2");
    }
    if (!Files.isReadable(device) || !Files.isWritable(device)) {
      return Optional.of("no permission for " + device + ": become a member of the group audio");
    }
    return Optional.empty();
  }

  private Alsa alsa() throws IOException {
    Optional<String> missing = missing();
    if (missing.isPresent()) {
      throw new IOException(missing.get());
    }
    return library.orElseThrow();
  }

  private synchronized Client client() throws IOException {
    Alsa alsa = alsa();
    Client open = client;
    if (open != null) {
      return open;
    }
    if (closed) {
      throw new IOException("closed");
    }
    // Freed when nothing refers to it: other threads may be in the middle of a call at the end.
    Arena arena = Arena.ofAuto();
    MemorySegment place = arena.allocate(ADDRESS);
    int status = alsa.open(place);
    if (status < 0) {
      throw new IOException("cannot open the ALSA sequencer: " + alsa.error(status));
    }
    MemorySegment seq = place.get(ADDRESS, 0);
    alsa.setClientName(seq, "CLASP");
    Client made =
        new Client(
            seq, alsa.clientId(seq), alsa.coder(SYSEX_PIECE), arena.allocate(Alsa.EVENT_SIZE, 8));
    int announce =
        alsa.createPort(
            seq, "announcements", Alsa.CAN_WRITE | Alsa.NO_EXPORT, Alsa.TYPE_APPLICATION);
    if (announce >= 0) {
      alsa.connectFrom(seq, announce, Alsa.SYSTEM_CLIENT, Alsa.ANNOUNCE_PORT);
    }
    client = made;
    made.reader = Thread.ofPlatform().daemon().name("midi-alsa").start(() -> read(alsa, made));
    return made;
  }

  private void read(Alsa alsa, Client from) {
    try (Arena arena = Arena.ofConfined()) {
      int count = Math.max(1, alsa.descriptorCount(from.seq));
      MemorySegment places = arena.allocate((long) count * Alsa.POLLFD_SIZE, 8);
      MemorySegment event = arena.allocate(ADDRESS);
      MemorySegment decoder = alsa.coder(DECODED);
      MemorySegment bytes = arena.allocate(DECODED);
      try {
        while (!from.ends) {
          int used = alsa.descriptors(from.seq, places, count);
          alsa.poll(places, used, POLL_MILLIS);
          int status = alsa.input(from.seq, event);
          if (status >= 0) {
            take(alsa, event.get(ADDRESS, 0).reinterpret(Alsa.EVENT_SIZE), decoder, bytes);
          } else if (status == Alsa.ENOSPC) {
            // Events were lost in the kernel; what is still there may be old.
            changed();
          } else if (status != Alsa.EAGAIN) {
            LockSupport.parkNanos(PAUSE_NANOS);
          }
        }
      } finally {
        alsa.free(decoder);
      }
    }
  }

  private void take(Alsa alsa, MemorySegment event, MemorySegment decoder, MemorySegment bytes) {
    long now = System.nanoTime();
    int type = event.get(JAVA_BYTE, Alsa.EVENT_TYPE) & 0xFF;
    if (type >= Alsa.EVENT_CLIENT_START && type <= Alsa.EVENT_PORT_CHANGE) {
      changed();
      return;
    }
    Sink sink = sinks.get(event.get(JAVA_BYTE, Alsa.EVENT_DEST_PORT) & 0xFF);
    if (sink != null) {
      long count = alsa.decode(decoder, bytes, DECODED, event);
      if (count > 0) {
        sink.message(bytes.asSlice(0, count).toArray(JAVA_BYTE), now);
      }
    }
  }

  private void changed() {
    watchers.forEach(Runnable::run);
  }

  @Override
  public List<FoundPort> list() {
    List<FoundPort> found = new ArrayList<>();
    try {
      Client own = client();
      Alsa alsa = alsa();
      synchronized (this) {
        alsa.clients(
            own.seq,
            (id, clientName) -> {
              if (id != own.id && id != Alsa.SYSTEM_CLIENT) {
                alsa.ports(
                    own.seq,
                    id,
                    (port, portName, capabilities, type) -> {
                      boolean input = has(capabilities, Alsa.CAN_READ | Alsa.CAN_SUBSCRIBE_READ);
                      boolean output = has(capabilities, Alsa.CAN_WRITE | Alsa.CAN_SUBSCRIBE_WRITE);
                      if ((input || output) && !has(capabilities, Alsa.NO_EXPORT)) {
                        found.add(
                            new FoundPort(
                                NAME,
                                id + ":" + port,
                                portName,
                                clientName,
                                input,
                                output,
                                !has(type, Alsa.TYPE_HARDWARE)));
                      }
                    });
              }
            });
      }
    } catch (IOException e) {
      return List.of();
    }
    return found;
  }

  private static boolean has(int bits, int wanted) {
    return (bits & wanted) == wanted;
  }

  @Override
  public OpenPort openInput(FoundPort port, Sink sink) throws IOException {
    return open(
        port.name(),
        Alsa.CAN_WRITE,
        Optional.of(sink),
        (alsa, own, mine, client, other) -> alsa.connectFrom(own.seq, mine, client, other),
        port.id());
  }

  @Override
  public OpenPort openOutput(FoundPort port) throws IOException {
    return open(
        port.name(),
        Alsa.CAN_READ,
        Optional.empty(),
        (alsa, own, mine, client, other) -> alsa.connectTo(own.seq, mine, client, other),
        port.id());
  }

  @Override
  public OpenPort virtual(String name, Sink sink) throws IOException {
    return open(
        name,
        Alsa.CAN_READ | Alsa.CAN_WRITE | Alsa.CAN_SUBSCRIBE_READ | Alsa.CAN_SUBSCRIBE_WRITE,
        Optional.of(sink),
        (_, _, _, _, _) -> 0,
        "0:0");
  }

  private interface Connector {
    int connect(Alsa alsa, Client own, int mine, int client, int port);
  }

  private OpenPort open(
      String name, int capabilities, Optional<Sink> sink, Connector connector, String id)
      throws IOException {
    Client own = client();
    Alsa alsa = alsa();
    String[] other = id.split(":", 2);
    int mine;
    synchronized (this) {
      mine =
          alsa.createPort(
              own.seq, name, capabilities, Alsa.TYPE_MIDI_GENERIC | Alsa.TYPE_APPLICATION);
      if (mine < 0) {
        throw new IOException("cannot make a port of the sequencer: " + alsa.error(mine));
      }
      sink.ifPresent(each -> sinks.put(mine, each));
      int status =
          connector.connect(
              alsa, own, mine, Integer.parseInt(other[0]), Integer.parseInt(other[1]));
      if (status < 0) {
        sinks.remove(mine);
        alsa.deletePort(own.seq, mine);
        throw new IOException("cannot connect to " + name + ": " + alsa.error(status));
      }
    }
    return new OpenPort() {
      private boolean gone;

      @Override
      public void send(byte[] message) throws IOException {
        output(own, mine, message);
      }

      @Override
      public void close() {
        synchronized (AlsaPorts.this) {
          if (!gone && !own.ends) {
            alsa.deletePort(own.seq, mine);
          }
          gone = true;
          sinks.remove(mine);
        }
      }
    };
  }

  private synchronized void output(Client own, int mine, byte[] message) throws IOException {
    Alsa alsa = alsa();
    if (own.ends) {
      throw new IOException("closed");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, message);
      for (long at = 0; at < message.length; ) {
        own.event.fill((byte) 0);
        long taken = alsa.encode(own.encoder, bytes.asSlice(at), message.length - at, own.event);
        if (taken <= 0) {
          throw new IOException("the sequencer cannot take this message");
        }
        at += taken;
        if ((own.event.get(JAVA_BYTE, Alsa.EVENT_TYPE) & 0xFF) == Alsa.EVENT_NONE) {
          continue;
        }
        own.event.set(JAVA_BYTE, Alsa.EVENT_QUEUE, (byte) Alsa.QUEUE_DIRECT);
        own.event.set(JAVA_BYTE, Alsa.EVENT_SOURCE_PORT, (byte) mine);
        own.event.set(JAVA_BYTE, Alsa.EVENT_DEST_CLIENT, (byte) Alsa.SUBSCRIBERS);
        own.event.set(JAVA_BYTE, Alsa.EVENT_DEST_PORT, (byte) Alsa.PORT_UNKNOWN);
        int status = alsa.outputDirect(own.seq, own.event);
        for (int i = 0; status == Alsa.EAGAIN && i < TRIES; i++) {
          LockSupport.parkNanos(PAUSE_NANOS);
          status = alsa.outputDirect(own.seq, own.event);
        }
        if (status < 0) {
          throw new IOException(alsa.error(status));
        }
      }
    }
  }

  @Override
  public Runnable watch(Runnable changed) {
    watchers.add(changed);
    return () -> watchers.remove(changed);
  }

  @Override
  public void close() {
    Client open;
    synchronized (this) {
      closed = true;
      open = client;
      client = null;
    }
    if (open == null) {
      return;
    }
    open.ends = true;
    Flushing.join(open.reader);
    synchronized (this) {
      library.ifPresent(alsa -> {
        alsa.free(open.encoder);
        alsa.close(open.seq);
      });
    }
  }
}
