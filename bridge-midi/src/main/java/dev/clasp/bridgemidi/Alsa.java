package dev.clasp.bridgemidi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Those functions of {@code libasound.so.2} that the sequencer needs, called through {@code
 * java.lang.foreign}. Names, arguments and numbers are those of {@code alsa/seq.h}, {@code
 * alsa/seqmid.h}, {@code alsa/seq_midi_event.h}, whose binary interface is stable since ALSA 1.0.
 * Only for 64-bit Linux. Negative results are negated errors of the system.
 */
@SuppressWarnings("restricted")
final class Alsa {

  /** {@code snd_seq_event_t}: 16 bytes of head, 12 of data. */
  static final int EVENT_SIZE = 28;

  static final int EVENT_TYPE = 0;
  static final int EVENT_QUEUE = 3;
  static final int EVENT_SOURCE_PORT = 13;
  static final int EVENT_DEST_CLIENT = 14;
  static final int EVENT_DEST_PORT = 15;

  static final int OPEN_DUPLEX = 3;
  static final int NONBLOCK = 1;
  static final int QUEUE_DIRECT = 253;
  static final int SUBSCRIBERS = 254;
  static final int PORT_UNKNOWN = 253;
  static final int SYSTEM_CLIENT = 0;
  static final int ANNOUNCE_PORT = 1;
  static final int CAN_READ = 1;
  static final int CAN_WRITE = 1 << 1;
  static final int CAN_SUBSCRIBE_READ = 1 << 5;
  static final int CAN_SUBSCRIBE_WRITE = 1 << 6;
  static final int NO_EXPORT = 1 << 7;
  static final int TYPE_MIDI_GENERIC = 1 << 1;
  static final int TYPE_HARDWARE = 1 << 16;
  static final int TYPE_APPLICATION = 1 << 20;
  static final int EVENT_NONE = 255;
  static final int EVENT_CLIENT_START = 60;
  static final int EVENT_PORT_CHANGE = 65;
  static final int EAGAIN = -11;
  static final int ENOSPC = -28;
  static final short POLLIN = 1;

  /** {@code struct pollfd}. */
  static final int POLLFD_SIZE = 8;

  private static final int NAME_LIMIT = 256;

  private final MethodHandle open;
  private final MethodHandle close;
  private final MethodHandle clientId;
  private final MethodHandle setClientName;
  private final MethodHandle createPort;
  private final MethodHandle deletePort;
  private final MethodHandle connectFrom;
  private final MethodHandle connectTo;
  private final MethodHandle descriptorCount;
  private final MethodHandle descriptors;
  private final MethodHandle input;
  private final MethodHandle outputDirect;
  private final MethodHandle coderNew;
  private final MethodHandle coderFree;
  private final MethodHandle coderNoStatus;
  private final MethodHandle encode;
  private final MethodHandle decode;
  private final MethodHandle eventLength;
  private final MethodHandle clientInfoSize;
  private final MethodHandle clientInfoSet;
  private final MethodHandle clientInfoGet;
  private final MethodHandle clientInfoName;
  private final MethodHandle nextClient;
  private final MethodHandle portInfoSize;
  private final MethodHandle portInfoSetClient;
  private final MethodHandle portInfoSetPort;
  private final MethodHandle portInfoPort;
  private final MethodHandle portInfoName;
  private final MethodHandle portInfoCapability;
  private final MethodHandle portInfoType;
  private final MethodHandle nextPort;
  private final MethodHandle strerror;
  private final MethodHandle poll;

  private Alsa(SymbolLookup library) {
    Linker linker = Linker.nativeLinker();
    Binder binder = new Binder(linker, library);
    open = binder.ints("snd_seq_open", ADDRESS, ADDRESS, JAVA_INT, JAVA_INT);
    close = binder.ints("snd_seq_close", ADDRESS);
    clientId = binder.ints("snd_seq_client_id", ADDRESS);
    setClientName = binder.ints("snd_seq_set_client_name", ADDRESS, ADDRESS);
    createPort = binder.ints("snd_seq_create_simple_port", ADDRESS, ADDRESS, JAVA_INT, JAVA_INT);
    deletePort = binder.ints("snd_seq_delete_simple_port", ADDRESS, JAVA_INT);
    connectFrom = binder.ints("snd_seq_connect_from", ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT);
    connectTo = binder.ints("snd_seq_connect_to", ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT);
    descriptorCount = binder.ints("snd_seq_poll_descriptors_count", ADDRESS, JAVA_SHORT);
    descriptors = binder.ints("snd_seq_poll_descriptors", ADDRESS, ADDRESS, JAVA_INT, JAVA_SHORT);
    input = binder.ints("snd_seq_event_input", ADDRESS, ADDRESS);
    outputDirect = binder.ints("snd_seq_event_output_direct", ADDRESS, ADDRESS);
    coderNew = binder.ints("snd_midi_event_new", JAVA_LONG, ADDRESS);
    coderFree = binder.nothing("snd_midi_event_free", ADDRESS);
    coderNoStatus = binder.nothing("snd_midi_event_no_status", ADDRESS, JAVA_INT);
    encode = binder.longs("snd_midi_event_encode", ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
    decode = binder.longs("snd_midi_event_decode", ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
    eventLength = binder.longs("snd_seq_event_length", ADDRESS);
    clientInfoSize = binder.longs("snd_seq_client_info_sizeof");
    clientInfoSet = binder.nothing("snd_seq_client_info_set_client", ADDRESS, JAVA_INT);
    clientInfoGet = binder.ints("snd_seq_client_info_get_client", ADDRESS);
    clientInfoName = binder.addresses("snd_seq_client_info_get_name", ADDRESS);
    nextClient = binder.ints("snd_seq_query_next_client", ADDRESS, ADDRESS);
    portInfoSize = binder.longs("snd_seq_port_info_sizeof");
    portInfoSetClient = binder.nothing("snd_seq_port_info_set_client", ADDRESS, JAVA_INT);
    portInfoSetPort = binder.nothing("snd_seq_port_info_set_port", ADDRESS, JAVA_INT);
    portInfoPort = binder.ints("snd_seq_port_info_get_port", ADDRESS);
    portInfoName = binder.addresses("snd_seq_port_info_get_name", ADDRESS);
    portInfoCapability = binder.ints("snd_seq_port_info_get_capability", ADDRESS);
    portInfoType = binder.ints("snd_seq_port_info_get_type", ADDRESS);
    nextPort = binder.ints("snd_seq_query_next_port", ADDRESS, ADDRESS);
    strerror = binder.addresses("snd_strerror", JAVA_INT);
    poll =
        linker.downcallHandle(
            linker.defaultLookup().find("poll").orElseThrow(),
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  }

  private record Binder(Linker linker, SymbolLookup library) {

    MethodHandle ints(String name, MemoryLayout... arguments) {
      return bind(name, FunctionDescriptor.of(JAVA_INT, arguments));
    }

    MethodHandle longs(String name, MemoryLayout... arguments) {
      return bind(name, FunctionDescriptor.of(JAVA_LONG, arguments));
    }

    MethodHandle addresses(String name, MemoryLayout... arguments) {
      return bind(name, FunctionDescriptor.of(ADDRESS, arguments));
    }

    MethodHandle nothing(String name, MemoryLayout... arguments) {
      return bind(name, FunctionDescriptor.ofVoid(arguments));
    }

    private MethodHandle bind(String name, FunctionDescriptor descriptor) {
      MemorySegment function =
          library
              .find(name)
              .orElseThrow(() -> new UnsatisfiedLinkError("libasound.so.2 has no " + name));
      return linker.downcallHandle(function, descriptor);
    }
  }

  /** The library of this machine; empty if there is none, or it is not as we know it. */
  static Optional<Alsa> load(String library) {
    if (!System.getProperty("os.name", "").equals("Linux") || ADDRESS.byteSize() != 8) {
      return Optional.empty();
    }
    try {
      return Optional.of(new Alsa(SymbolLookup.libraryLookup(library, Arena.global())));
    } catch (IllegalArgumentException | LinkageError | IllegalCallerException e) {
      return Optional.empty();
    }
  }

  // --- a handle ----------------------------------------------------------------------------------

  /**
   * @param result a place for the handle
   */
  int open(MemorySegment result) {
    try (Arena arena = Arena.ofConfined()) {
      return (int) open.invokeExact(result, arena.allocateFrom("default"), OPEN_DUPLEX, NONBLOCK);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  int close(MemorySegment seq) {
    try {
      return (int) close.invokeExact(seq);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  int clientId(MemorySegment seq) {
    try {
      return (int) clientId.invokeExact(seq);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  int setClientName(MemorySegment seq, String name) {
    try (Arena arena = Arena.ofConfined()) {
      return (int) setClientName.invokeExact(seq, arena.allocateFrom(name));
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  int createPort(MemorySegment seq, String name, int capabilities, int type) {
    try (Arena arena = Arena.ofConfined()) {
      return (int) createPort.invokeExact(seq, arena.allocateFrom(name), capabilities, type);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  int deletePort(MemorySegment seq, int port) {
    try {
      return (int) deletePort.invokeExact(seq, port);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  int connectFrom(MemorySegment seq, int mine, int client, int port) {
    try {
      return (int) connectFrom.invokeExact(seq, mine, client, port);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  int connectTo(MemorySegment seq, int mine, int client, int port) {
    try {
      return (int) connectTo.invokeExact(seq, mine, client, port);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  // --- events ------------------------------------------------------------------------------------

  /** How many {@link #POLLFD_SIZE} bytes {@link #descriptors} needs. */
  int descriptorCount(MemorySegment seq) {
    try {
      return (int) descriptorCount.invokeExact(seq, POLLIN);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  int descriptors(MemorySegment seq, MemorySegment places, int count) {
    try {
      return (int) descriptors.invokeExact(seq, places, count, POLLIN);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  int poll(MemorySegment places, int count, int millis) {
    try {
      return (int) poll.invokeExact(places, (long) count, millis);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /**
   * @param result a place for the address of the event, which the library keeps until the next one
   */
  int input(MemorySegment seq, MemorySegment result) {
    try {
      return (int) input.invokeExact(seq, result);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  int outputDirect(MemorySegment seq, MemorySegment event) {
    try {
      return (int) outputDirect.invokeExact(seq, event);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** Bytes of an event with what it points at. */
  long eventLength(MemorySegment event) {
    try {
      return (long) eventLength.invokeExact(event);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  // --- bytes and events --------------------------------------------------------------------------

  /**
   * A coder between bytes and events, without running status. Free it with {@link #free}.
   *
   * @param size bytes of SysEx that one event takes
   */
  MemorySegment coder(int size) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment result = arena.allocate(ADDRESS);
      int status = (int) coderNew.invokeExact((long) size, result);
      if (status < 0) {
        throw new IllegalStateException(error(status));
      }
      MemorySegment coder = result.get(ADDRESS, 0);
      coderNoStatus.invokeExact(coder, 1);
      return coder;
    } catch (IllegalStateException e) {
      throw e;
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  void free(MemorySegment coder) {
    try {
      coderFree.invokeExact(coder);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /**
   * @return how many bytes it took; the event is {@link #EVENT_NONE} while it needs more
   */
  long encode(MemorySegment coder, MemorySegment bytes, long count, MemorySegment event) {
    try {
      return (long) encode.invokeExact(coder, bytes, count, event);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /**
   * @return how many bytes it made; negative for an event that is no MIDI
   */
  long decode(MemorySegment coder, MemorySegment bytes, long space, MemorySegment event) {
    try {
      return (long) decode.invokeExact(coder, bytes, space, event);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  // --- who is there ------------------------------------------------------------------------------

  /** Takes clients; false ends it. */
  interface ClientVisitor {
    void client(int id, String name);
  }

  /** Takes ports. */
  interface PortVisitor {
    void port(int id, String name, int capabilities, int type);
  }

  void clients(MemorySegment seq, ClientVisitor visitor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment each = arena.allocate((long) clientInfoSize.invokeExact());
      clientInfoSet.invokeExact(each, -1);
      while ((int) nextClient.invokeExact(seq, each) >= 0) {
        visitor.client(
            (int) clientInfoGet.invokeExact(each),
            text((MemorySegment) clientInfoName.invokeExact(each)));
      }
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  void ports(MemorySegment seq, int client, PortVisitor visitor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment each = arena.allocate((long) portInfoSize.invokeExact());
      portInfoSetClient.invokeExact(each, client);
      portInfoSetPort.invokeExact(each, -1);
      while ((int) nextPort.invokeExact(seq, each) >= 0) {
        visitor.port(
            (int) portInfoPort.invokeExact(each),
            text((MemorySegment) portInfoName.invokeExact(each)),
            (int) portInfoCapability.invokeExact(each),
            (int) portInfoType.invokeExact(each));
      }
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  String error(int status) {
    try {
      return text((MemorySegment) strerror.invokeExact(status));
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  private static String text(MemorySegment address) {
    if (address.address() == 0) {
      return "";
    }
    MemorySegment bytes = address.reinterpret(NAME_LIMIT);
    int length = 0;
    while (length < NAME_LIMIT - 1 && bytes.get(ValueLayout.JAVA_BYTE, length) != 0) {
      length++;
    }
    return new String(
        bytes.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  private static IllegalStateException failed(Throwable e) {
    return new IllegalStateException("a call of libasound failed: " + e, e);
  }
}
