package dev.clasp.bridgeartnet;

import dev.clasp.bridgeartnet.ArtNetPacket.ArtRdm;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtTodData;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtTodRequest;
import dev.clasp.protocol.SignalType;
import dev.clasp.protocol.Value;
import dev.clasp.rdm.DeviceInfo;
import dev.clasp.rdm.ParameterData;
import dev.clasp.rdm.Pid;
import dev.clasp.rdm.RdmException;
import dev.clasp.rdm.RdmMessage;
import dev.clasp.rdm.RdmOutcome;
import dev.clasp.rdm.RdmRequests;
import dev.clasp.rdm.Uid;
import dev.clasp.transform.MappedSignal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Devices of RDM behind nodes: asks nodes for their tables (ArtTodRequest), reads the basic
 * parameters of each device, and writes what people set ({@code /$rdm/7a70:00000001/label}).
 *
 * <p>Pure: time and the wire are given. Not thread-safe.
 */
final class RdmDevices {

  static final String ROOT = "/$rdm/";

  /** How often tables are asked for: nodes tell changes by themselves, but a packet may be lost. */
  private static final long TOD_NANOS = 30_000_000_000L;

  /** A node may have to wait for its line. */
  private static final RdmRequests.Patience PATIENCE = new RdmRequests.Patience(2_000_000_000L, 3);

  private static final int MAX_DEVICES = 1_024;
  private static final int MAX_LINES = 512;
  private static final int MAX_WAITING = 256;

  /** How long after the router is back it says again what it has kept. */
  static final long KEPT_NANOS = 3_000_000_000L;

  private static final byte[] NOTHING = {};

  /** What is read of each device at the beginning, after DEVICE_INFO. */
  private static final List<Pid> READ =
      List.of(
          Pid.MANUFACTURER_LABEL,
          Pid.DEVICE_MODEL_DESCRIPTION,
          Pid.DEVICE_LABEL,
          Pid.SOFTWARE_VERSION_LABEL,
          Pid.IDENTIFY_DEVICE);

  private record Line(InetSocketAddress node, int portAddress) {}

  private static final class LineState {
    final RdmRequests requests;
    final Set<Uid> pieces = new TreeSet<>();

    /** Devices to be read, one after the other. */
    final Deque<Device> unread = new ArrayDeque<>();

    long asked = Long.MIN_VALUE;

    LineState(RdmRequests requests) {
      this.requests = requests;
    }
  }

  private static final class Device {
    final Uid uid;
    final Line line;
    final Map<String, Value> values = new LinkedHashMap<>();

    Device(Uid uid, Line line) {
      this.uid = uid;
      this.line = line;
    }
  }

  private final Uid own;
  private final Wire wire;
  private final Consumer<List<MappedSignal>> told;
  private final Consumer<String> dropped;
  private final Map<Line, LineState> lines = new LinkedHashMap<>();
  private final Map<Uid, Device> devices = new HashMap<>();

  /** Lines of each page of a node, as it told them last. */
  private final Map<ArtNetController.Key, Set<Line>> pages = new HashMap<>();

  private boolean away;
  private long keptUntil = Long.MIN_VALUE;
  private long now;

  RdmDevices(Uid own, Wire wire, Consumer<List<MappedSignal>> told, Consumer<String> dropped) {
    this.own = own;
    this.wire = wire;
    this.told = told;
    this.dropped = dropped;
  }

  // --- lines -------------------------------------------------------------------------------------

  /** A page of a node is new, has changed, or is gone. */
  void node(ArtNetController.Entry entry, boolean there) {
    Set<Line> present = new LinkedHashSet<>();
    if (there && entry.reply.rdm()) {
      ArtNetController.outputs(entry.reply)
          .forEach(output -> present.add(new Line(entry.machine, output)));
    }
    Set<Line> before = present.isEmpty() ? pages.remove(entry.key) : pages.put(entry.key, present);
    if (before != null) {
      for (Line line : before) {
        if (pages.values().stream().noneMatch(each -> each.contains(line))) {
          close(line);
        }
      }
    }
    for (Line line : present) {
      if (lines.size() < MAX_LINES) {
        lines.computeIfAbsent(line, this::open);
      }
    }
  }

  private void close(Line line) {
    lines.remove(line);
    for (Device device : List.copyOf(devices.values())) {
      if (device.line.equals(line)) {
        gone(device);
      }
    }
  }

  private LineState open(Line line) {
    return new LineState(
        new RdmRequests(
            own,
            message ->
                wire.send(
                    new ArtRdm(
                        0,
                        0,
                        line.portAddress >> 8,
                        0,
                        line.portAddress & 0xFF,
                        message.encodeWithoutStartCode()),
                    line.node),
            PATIENCE,
            MAX_WAITING));
  }

  /**
   * Asks what is due.
   *
   * @return when to call again
   */
  long tick(long nanos) {
    now = nanos;
    long next = Long.MAX_VALUE;
    for (Map.Entry<Line, LineState> entry : lines.entrySet()) {
      Line line = entry.getKey();
      LineState state = entry.getValue();
      if (state.asked == Long.MIN_VALUE || nanos - state.asked >= TOD_NANOS) {
        state.asked = nanos;
        wire.send(
            new ArtTodRequest(line.portAddress >> 8, 0, new byte[] {(byte) line.portAddress}),
            line.node);
      }
      state.requests.tick(nanos);
      readNext(state);
      next = Math.min(next, Math.min(state.asked + TOD_NANOS, state.requests.due()));
    }
    return next;
  }

  void table(ArtTodData data, InetAddress from, long nanos) {
    now = nanos;
    int portAddress = (data.net() & 0x7F) << 8 | data.address();
    for (Map.Entry<Line, LineState> entry : lines.entrySet()) {
      Line line = entry.getKey();
      if (line.portAddress == portAddress && line.node.getAddress().equals(from)) {
        table(data, line, entry.getValue());
        return;
      }
    }
  }

  /** Tables come in pieces; a device is gone when a whole table is without it. */
  private void table(ArtTodData data, Line line, LineState state) {
    if (data.commandResponse() != ArtTodData.FULL) {
      return;
    }
    if (data.block() == 0) {
      state.pieces.clear();
    }
    if (state.pieces.size() + data.uids().size() > MAX_DEVICES) {
      return;
    }
    state.pieces.addAll(data.uids());
    data.uids().forEach(uid -> found(uid, line, state));
    if (state.pieces.size() >= data.total()) {
      for (Device device : List.copyOf(devices.values())) {
        if (device.line.equals(line) && !state.pieces.contains(device.uid)) {
          gone(device);
        }
      }
    }
    readNext(state);
  }

  private void found(Uid uid, Line line, LineState state) {
    Device before = devices.get(uid);
    if (uid.isBroadcast() || before != null && before.line.equals(line)) {
      return;
    }
    if (before == null && devices.size() >= MAX_DEVICES) {
      return;
    }
    Device device = new Device(uid, line);
    devices.put(uid, device);
    tell(
        device,
        Map.of(
            "online", Value.TRUE,
            "node", Value.of(line.node.getAddress().getHostAddress()),
            "universe", Value.of(line.portAddress)));
    state.unread.add(device);
  }

  /** The next device, if the line is idle: all at once would be more requests than may wait. */
  private void readNext(LineState state) {
    while (!state.requests.busy() && !state.unread.isEmpty()) {
      Device device = state.unread.poll();
      // It may be gone, or come again.
      if (device.equals(devices.get(device.uid))) {
        read(device, state, Pid.DEVICE_INFO);
        READ.forEach(pid -> read(device, state, pid));
      }
    }
  }

  private void gone(Device device) {
    devices.remove(device.uid);
    tell(device, Map.of("online", Value.FALSE));
  }

  // --- reading -----------------------------------------------------------------------------------

  private void read(Device device, LineState state, Pid pid) {
    boolean taken =
        state.requests.get(
            device.uid,
            0,
            pid.code(),
            NOTHING,
            outcome -> {
              if (outcome instanceof RdmOutcome.Answered(byte[] data)) {
                understood(device, pid, data);
              }
            },
            now);
    if (!taken) {
      dropped.accept(device.uid + ": too many requests wait for its line");
    }
  }

  private void understood(Device device, Pid pid, byte[] data) {
    try {
      tell(device, values(pid, data));
    } catch (RdmException e) {
      dropped.accept("RDM device " + device.uid + ": " + e.getMessage());
    }
  }

  private static Map<String, Value> values(Pid pid, byte[] data) {
    return switch (pid) {
      case DEVICE_INFO -> info(DeviceInfo.decode(data));
      case MANUFACTURER_LABEL -> Map.of("manufacturer", label(data));
      case DEVICE_MODEL_DESCRIPTION -> Map.of("model", label(data));
      case DEVICE_LABEL -> Map.of("label", label(data));
      case SOFTWARE_VERSION_LABEL -> Map.of("software", label(data));
      case IDENTIFY_DEVICE -> Map.of("identify", Value.of(ParameterData.u8(pid, data) != 0));
      case LAMP_HOURS -> Map.of("lamp_hours", Value.of(ParameterData.u32(pid, data)));
      default -> Map.of();
    };
  }

  private static Value label(byte[] data) {
    return Value.of(ParameterData.label(data));
  }

  private static Map<String, Value> info(DeviceInfo info) {
    Map<String, Value> values = new LinkedHashMap<>();
    values.put("footprint", Value.of(info.footprint()));
    values.put("start_address", Value.of(info.startAddress()));
    values.put("personality", Value.of(info.personality()));
    values.put("personalities", Value.of(info.personalities()));
    values.put("category", Value.of(info.category()));
    values.put("sensors", Value.of(info.sensors()));
    values.put("sub_devices", Value.of(info.subDevices()));
    return values;
  }

  private void tell(Device device, Map<String, Value> values) {
    List<MappedSignal> signals = new ArrayList<>();
    values.forEach((name, value) -> {
      if (!value.equals(device.values.put(name, value))) {
        signals.add(new MappedSignal(ROOT + device.uid + "/" + name, SignalType.PARAM, value));
      }
    });
    if (!signals.isEmpty()) {
      told.accept(signals);
    }
  }

  // --- messages ----------------------------------------------------------------------------------

  void answered(ArtRdm packet, InetAddress from, long nanos) {
    now = nanos;
    int portAddress = (packet.net() & 0x7F) << 8 | packet.address();
    for (Map.Entry<Line, LineState> entry : lines.entrySet()) {
      if (entry.getKey().portAddress == portAddress
          && entry.getKey().node.getAddress().equals(from)) {
        try {
          entry
              .getValue()
              .requests
              .received(RdmMessage.decodeWithoutStartCode(packet.message()), now);
          readNext(entry.getValue());
        } catch (RdmException e) {
          dropped.accept(from.getHostAddress() + " sent ArtRdm that is none: " + e.getMessage());
        }
        return;
      }
    }
  }

  // --- writing -----------------------------------------------------------------------------------

  private record Order(Pid pid, byte[] data) {}

  /**
   * The router is away, or back. What it then says of devices are values that it has kept, which
   * say nothing of what the devices have.
   */
  void router(boolean connected, long nanos) {
    now = nanos;
    away = !connected;
    keptUntil = nanos + KEPT_NANOS;
  }

  private boolean isKept() {
    return away || keptUntil != Long.MIN_VALUE && now - keptUntil < 0;
  }

  /**
   * Somebody writes {@code /$rdm/uid/name}. What the device has already is not written again, and
   * what is not known (yet) not at all: at the start, the router has old values.
   */
  void write(String path, Value value, long nanos) {
    now = nanos;
    String[] parts = path.substring(ROOT.length()).split("/", -1);
    if (parts.length != 2) {
      return;
    }
    Device device = find(parts[0]);
    if (device == null) {
      return;
    }
    LineState state = lines.get(device.line);
    Value known = device.values.get(parts[1]);
    if (state == null || value.equals(known)) {
      return;
    }
    if (isKept()) {
      undone(device, path, "the router has just come back with it; write it again if it is meant");
      return;
    }
    Optional<Order> order = order(parts[1], value);
    if (order.isEmpty()) {
      dropped.accept(
          path
              + " takes no such value; label is a text, start_address 1 to 512, personality 1 to"
              + " 255, identify true or false, and the rest is only read");
      return;
    }
    set(device, state, path, order.get());
  }

  private void set(Device device, LineState state, String path, Order order) {
    boolean taken =
        state.requests.set(
            device.uid,
            0,
            order.pid.code(),
            order.data,
            outcome -> {
              switch (outcome) {
                case RdmOutcome.Answered _ -> {
                  // What it has become, not what was asked for.
                  read(device, state, Pid.DEVICE_INFO);
                  if (order.pid == Pid.DEVICE_LABEL || order.pid == Pid.IDENTIFY_DEVICE) {
                    read(device, state, order.pid);
                  }
                }
                case RdmOutcome.Refused refused -> undone(device, path, refused.meaning());
                case RdmOutcome.Silent _ -> undone(device, path, "it does not answer");
              }
            },
            now);
    if (!taken) {
      dropped.accept(path + ": too many requests wait for its line");
    }
  }

  /** The router shall have what the device has. */
  private void undone(Device device, String path, String why) {
    dropped.accept(path + " was not set: " + why);
    String name = path.substring(path.lastIndexOf('/') + 1);
    Value before = device.values.get(name);
    if (before != null) {
      told.accept(List.of(new MappedSignal(path, SignalType.PARAM, before)));
    }
  }

  private @Nullable Device find(String uid) {
    try {
      return devices.get(Uid.parse(uid));
    } catch (RdmException e) {
      return null;
    }
  }

  private static Optional<Order> order(String name, Value value) {
    return switch (name) {
      case "label" ->
          value instanceof Value.Text(String text)
              ? Optional.of(new Order(Pid.DEVICE_LABEL, ParameterData.label(text)))
              : Optional.empty();
      case "start_address" ->
          value instanceof Value.Int(long number) && number >= 1 && number <= 512
              ? Optional.of(new Order(Pid.DMX_START_ADDRESS, ParameterData.u16((int) number)))
              : Optional.empty();
      case "personality" ->
          value instanceof Value.Int(long number) && number >= 1 && number <= 255
              ? Optional.of(new Order(Pid.DMX_PERSONALITY, ParameterData.u8((int) number)))
              : Optional.empty();
      case "identify" ->
          value instanceof Value.Bool(boolean on)
              ? Optional.of(new Order(Pid.IDENTIFY_DEVICE, ParameterData.u8(on ? 1 : 0)))
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  /** For people: what is known of each. */
  Value table() {
    Map<String, Value> table = new LinkedHashMap<>();
    devices.forEach((uid, device) -> table.put(uid.toString(), Value.of(device.values)));
    return Value.of(table);
  }
}
