package dev.clasp.ble;

import dev.clasp.transport.TransportException;
import dev.clasp.transport.TransportException.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bluez.Adapter1;
import org.bluez.Device1;
import org.bluez.GattCharacteristic1;
import org.bluez.GattService1;
import org.freedesktop.dbus.connections.IDisconnectCallback;
import org.freedesktop.dbus.connections.impl.DBusConnection;
import org.freedesktop.dbus.connections.impl.DBusConnectionBuilder;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.exceptions.DBusExecutionException;
import org.freedesktop.dbus.interfaces.DBus;
import org.freedesktop.dbus.interfaces.DBusInterface;
import org.freedesktop.dbus.interfaces.ObjectManager;
import org.freedesktop.dbus.interfaces.Properties.PropertiesChanged;
import org.freedesktop.dbus.types.UInt16;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.Variant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to bluetoothd, with a mirror of its objects that follows its signals. Only signals
 * of the process that owned {@code org.bluez} at the beginning count: when that ends, so does this.
 *
 * <p>Thread-safe. What it calls back is called on the one thread for signals and must not wait.
 */
final class Bluez implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Bluez.class);

  static final String ADAPTER = Adapter1.class.getName();
  static final String DEVICE = Device1.class.getName();
  static final String SERVICE = GattService1.class.getName();
  static final String CHARACTERISTIC = GattCharacteristic1.class.getName();

  private static final String NAME = "org.bluez";

  /**
   * More objects than a scan finds anywhere; somebody who sends made-up devices gets no further.
   */
  private static final int MAX_OBJECTS = 8192;

  static final String AWAY = "the device is out of range, or has hung up";

  private static final String GONE =
      "BlueZ has ended, or D-Bus has: is bluetoothd running? Start it with 'systemctl start"
          + " bluetooth'";

  /** Tells that D-Bus itself has ended. */
  private static final class Lifeline implements IDisconnectCallback {
    private boolean cut;
    private @Nullable Bluez bluez;

    @Override
    public void disconnectOnError(IOException e) {
      @Nullable Bluez held;
      synchronized (this) {
        cut = true;
        held = bluez;
      }
      if (held != null) {
        held.lost();
      }
    }

    void holds(Bluez value) {
      boolean late;
      synchronized (this) {
        bluez = value;
        late = cut;
      }
      if (late) {
        value.lost();
      }
    }
  }

  private final DBusConnection bus;
  private final String owner;
  private @Nullable ObjectManager root;

  /** Path, interface, property. Guarded by this, as is what follows. */
  private final Map<String, Map<String, Map<String, Object>>> objects = new TreeMap<>();

  private boolean gone;

  private final Map<String, Consumer<byte[]>> values = new ConcurrentHashMap<>();
  private final Map<String, Consumer<String>> departures = new ConcurrentHashMap<>();

  private Bluez(DBusConnection bus, String owner) {
    this.bus = bus;
    this.owner = owner;
  }

  /**
   * Connects.
   *
   * @param address of the D-Bus; empty = that of the system, which {@code DBUS_SYSTEM_BUS_ADDRESS}
   *     names
   * @throws TransportException with what to do
   */
  static Bluez open(Optional<String> address) {
    Lifeline lifeline = new Lifeline();
    DBusConnection bus = connect(address, lifeline);
    try {
      Bluez bluez = new Bluez(bus, owner(bus));
      bluez.follow();
      lifeline.holds(bluez);
      return bluez;
    } catch (DBusException | RuntimeException e) {
      bus.disconnect();
      throw e instanceof TransportException known ? known : failed("BlueZ cannot be used", e);
    }
  }

  private static DBusConnection connect(Optional<String> address, Lifeline lifeline) {
    try {
      DBusConnectionBuilder builder =
          address.isPresent()
              ? DBusConnectionBuilder.forAddress(address.get())
              : DBusConnectionBuilder.forSystemBus();
      // One attempt, without which it would try for ten seconds.
      builder.transportConfig().withTimeout(500);
      // One thread for calls: written values must keep their order.
      return builder
          .withShared(false)
          .withDisconnectCallback(lifeline)
          .receivingThreadConfig()
          .withSignalThreadCount(1)
          .withMethodCallThreadCount(1)
          .withErrorHandlerThreadCount(1)
          .withMethodReturnThreadCount(1)
          .connectionConfig()
          .build();
    } catch (DBusException | RuntimeException e) {
      throw new TransportException(
          Kind.UNREACHABLE,
          "cannot connect to D-Bus at "
              + address.orElse("the system bus")
              + " ("
              + text(e)
              + "). Bluetooth needs Linux with D-Bus and BlueZ; DBUS_SYSTEM_BUS_ADDRESS says where"
              + " D-Bus is",
          e);
    }
  }

  private static String owner(DBusConnection bus) throws DBusException {
    DBus daemon = bus.getRemoteObject("org.freedesktop.DBus", "/org/freedesktop/DBus", DBus.class);
    try {
      if (!daemon.NameHasOwner(NAME)) {
        daemon.StartServiceByName(NAME, new UInt32(0));
      }
      return daemon.GetNameOwner(NAME);
    } catch (RuntimeException e) {
      throw new TransportException(
          Kind.UNREACHABLE,
          "BlueZ does not answer on D-Bus: is bluetoothd running? Install BlueZ if it is not there,"
              + " and start it with 'systemctl start bluetooth'",
          e);
    }
  }

  private void follow() throws DBusException {
    bus.addSigHandler(ObjectManager.InterfacesAdded.class, owner, this::appeared);
    bus.addSigHandler(ObjectManager.InterfacesRemoved.class, owner, this::vanished);
    bus.addSigHandler(PropertiesChanged.class, owner, this::changed);
    bus.addSigHandler(
        DBus.NameOwnerChanged.class,
        changed -> {
          if (changed.name.equals(NAME) && changed.oldOwner.equals(owner)) {
            lost();
          }
        });
    root = bus.getRemoteObject(owner, "/", ObjectManager.class);
    root().GetManagedObjects().forEach((path, interfaces) -> put(path.getPath(), interfaces));
  }

  private ObjectManager root() {
    return Objects.requireNonNull(root);
  }

  static TransportException failed(String what, Throwable why) {
    return new TransportException(Kind.UNREACHABLE, what + ": " + text(why), why);
  }

  /** What D-Bus or BlueZ says. */
  static String text(Throwable e) {
    String message = e.getMessage();
    return message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
  }

  // --- the mirror --------------------------------------------------------------------------------

  private synchronized void put(String path, Map<String, Map<String, Variant<?>>> interfaces) {
    if (objects.size() >= MAX_OBJECTS && !objects.containsKey(path)) {
      LOG.debug("{} is not looked at: there are {} objects already", path, MAX_OBJECTS);
      return;
    }
    Map<String, Map<String, Object>> object = objects.computeIfAbsent(path, _ -> new HashMap<>());
    interfaces.forEach((name, properties) -> {
      if (name.startsWith(NAME)) {
        Map<String, Object> plain = object.computeIfAbsent(name, _ -> new HashMap<>());
        properties.forEach((property, value) -> plain.put(property, value.getValue()));
        plain.remove("Value");
      }
    });
    notifyAll();
  }

  private void appeared(ObjectManager.InterfacesAdded signal) {
    put(signal.getSignalSource().getPath(), signal.getInterfaces());
  }

  private void vanished(ObjectManager.InterfacesRemoved signal) {
    String path = signal.getSignalSource().getPath();
    synchronized (this) {
      Map<String, Map<String, Object>> object = objects.get(path);
      if (object != null) {
        signal.getInterfaces().forEach(object::remove);
        if (object.isEmpty()) {
          objects.remove(path);
        }
      }
      notifyAll();
    }
    if (signal.getInterfaces().contains(DEVICE)) {
      departed(path, "the device is not there any more");
    }
  }

  private void changed(PropertiesChanged signal) {
    String path = signal.getPath();
    String name = signal.getInterfaceName();
    Map<String, Variant<?>> now = signal.getPropertiesChanged();
    if (name.equals(CHARACTERISTIC) && now.containsKey("Value")) {
      Consumer<byte[]> consumer = values.get(path);
      if (consumer != null) {
        consumer.accept(bytes(now.get("Value").getValue()));
      }
      return;
    }
    synchronized (this) {
      Map<String, Map<String, Object>> object = objects.get(path);
      Map<String, Object> properties = object == null ? null : object.get(name);
      if (properties != null) {
        now.forEach((property, value) -> properties.put(property, value.getValue()));
        signal.getPropertiesRemoved().forEach(properties::remove);
        notifyAll();
      }
    }
    if (name.equals(DEVICE)
        && now.containsKey("Connected")
        && Boolean.FALSE.equals(now.get("Connected").getValue())) {
      departed(path, AWAY);
    }
  }

  private void lost() {
    synchronized (this) {
      gone = true;
      notifyAll();
    }
    List.copyOf(departures.keySet()).forEach(path -> departed(path, GONE));
  }

  private void departed(String path, String why) {
    Consumer<String> consumer = departures.remove(path);
    if (consumer != null) {
      consumer.accept(why);
    }
  }

  private synchronized Optional<Object> property(String path, String name, String property) {
    Map<String, Map<String, Object>> object = objects.get(path);
    Map<String, Object> properties = object == null ? null : object.get(name);
    return properties == null ? Optional.empty() : Optional.ofNullable(properties.get(property));
  }

  boolean flag(String path, String name, String property) {
    return property(path, name, property).filter(Boolean.TRUE::equals).isPresent();
  }

  String text(String path, String name, String property) {
    return property(path, name, property).map(Object::toString).orElse("");
  }

  List<String> texts(String path, String name, String property) {
    @Nullable Object value = property(path, name, property).orElse(null);
    if (value instanceof List<?> list) {
      return list.stream().map(Object::toString).toList();
    }
    return value instanceof Object[] array
        ? Arrays.stream(array).map(Object::toString).toList()
        : List.of();
  }

  OptionalInt number(String path, String name, String property) {
    @Nullable Object value = property(path, name, property).orElse(null);
    return value instanceof Number number ? OptionalInt.of(number.intValue()) : OptionalInt.empty();
  }

  /** Paths of the objects with this interface, in order. */
  synchronized List<String> paths(String name) {
    List<String> paths = new ArrayList<>();
    objects.forEach((path, object) -> {
      if (object.containsKey(name)) {
        paths.add(path);
      }
    });
    return paths;
  }

  boolean has(String path, String name) {
    return paths(name).contains(path);
  }

  /** The devices of an adapter. */
  List<Device> devices(String adapter) {
    return paths(DEVICE).stream()
        .filter(path -> path.startsWith(adapter + "/"))
        .map(this::device)
        .toList();
  }

  Device device(String path) {
    String name = text(path, DEVICE, "Name");
    return new Device(
        path,
        text(path, DEVICE, "Address"),
        name.isEmpty() ? text(path, DEVICE, "Alias") : name,
        number(path, DEVICE, "RSSI"),
        flag(path, DEVICE, "Connected"),
        flag(path, DEVICE, "Paired"),
        texts(path, DEVICE, "UUIDs").stream().anyMatch(BleUuid.SERVICE::equalsIgnoreCase));
  }

  /**
   * Waits until there is something.
   *
   * @param deadlineNanos of {@link System#nanoTime}
   * @return empty when the time is over
   * @throws TransportException BlueZ has ended
   */
  synchronized <T> Optional<T> await(long deadlineNanos, Supplier<Optional<T>> condition)
      throws InterruptedException {
    while (true) {
      if (gone) {
        throw new TransportException(Kind.UNREACHABLE, GONE);
      }
      Optional<T> found = condition.get();
      long left = deadlineNanos - System.nanoTime();
      if (found.isPresent() || left <= 0) {
        return found;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  /** What {@link #await} waits for may have changed elsewhere. */
  synchronized void wake() {
    notifyAll();
  }

  synchronized boolean gone() {
    return gone;
  }

  // --- what it tells -----------------------------------------------------------------------------

  /** Values that a characteristic of a peripheral notifies. */
  void onValue(String characteristic, Consumer<byte[]> consumer) {
    values.put(characteristic, consumer);
  }

  /**
   * Calls once when the device is not connected any more, with the reason. At once, if it is not
   * connected now.
   */
  void onDeparture(String device, Consumer<String> consumer) {
    departures.put(device, consumer);
    if (gone()) {
      departed(device, GONE);
    } else if (!flag(device, DEVICE, "Connected")) {
      departed(device, AWAY);
    }
  }

  /**
   * As {@link #onDeparture}, for a device that has just called: signals and calls come on different
   * threads, and the mirror may not know of its connection yet, or any more. So BlueZ is asked.
   * Waits for it.
   */
  void onDepartureOfCaller(String device, Consumer<String> consumer) {
    departures.put(device, consumer);
    boolean connected;
    try {
      connected =
          root().GetManagedObjects().entrySet().stream()
              .filter(object -> object.getKey().getPath().equals(device))
              .map(object -> object.getValue().getOrDefault(DEVICE, Map.of()).get("Connected"))
              .anyMatch(value -> value != null && Boolean.TRUE.equals(value.getValue()));
    } catch (DBusExecutionException e) {
      LOG.debug("is {} connected? {}", device, text(e));
      connected = !gone();
    }
    if (!connected) {
      departed(device, gone() ? GONE : AWAY);
    }
  }

  void forgetDeparture(String device) {
    departures.remove(device);
  }

  // --- adapters ----------------------------------------------------------------------------------

  /**
   * Path of the adapter to use.
   *
   * @param wanted {@code hci0}; empty = the first that is switched on
   * @throws TransportException there is none, or it is switched off
   */
  String adapter(Optional<String> wanted) {
    List<String> all = paths(ADAPTER);
    if (all.isEmpty()) {
      throw new TransportException(
          Kind.UNREACHABLE,
          "there is no Bluetooth adapter: plug one in, or see what 'bluetoothctl list' says");
    }
    List<String> chosen =
        all.stream().filter(path -> wanted.isEmpty() || path.endsWith("/" + wanted.get())).toList();
    if (chosen.isEmpty()) {
      throw new TransportException(
          Kind.UNREACHABLE,
          "there is no Bluetooth adapter "
              + wanted.orElse("")
              + "; there is "
              + String.join(", ", all.stream().map(Bluez::lastPart).toList()));
    }
    return chosen.stream()
        .filter(path -> flag(path, ADAPTER, "Powered"))
        .findFirst()
        .orElseThrow(() ->
            new TransportException(
                Kind.UNREACHABLE,
                "the Bluetooth adapter "
                    + lastPart(chosen.getFirst())
                    + " is switched off: switch it on with 'bluetoothctl power on', and see 'rfkill"
                    + " list' if that fails"));
  }

  /** {@code hci0} of {@code /org/bluez/hci0}. */
  static String lastPart(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  // --- calls -------------------------------------------------------------------------------------

  /** An object of BlueZ. Keep it: the library remembers every one that it makes. */
  <T extends DBusInterface> T object(String path, Class<T> type) {
    try {
      return bus.getRemoteObject(owner, path, type);
    } catch (DBusException e) {
      throw failed("BlueZ cannot be used", e);
    }
  }

  DBusConnection bus() {
    return bus;
  }

  /** Does the call that is being handled come from BlueZ? Other programs have no business here. */
  boolean calls() {
    var call = DBusConnection.getCallInfo();
    return call != null && owner.equals(call.getSource());
  }

  /** An array of bytes: inside a variant the library makes a list of it. */
  static byte[] bytes(Object value) {
    if (value instanceof byte[] array) {
      return array;
    }
    if (!(value instanceof List<?> list)) {
      return new byte[0];
    }
    byte[] array = new byte[list.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = list.get(i) instanceof Number number ? number.byteValue() : 0;
    }
    return array;
  }

  /** A number of 16 bits, as D-Bus has them. */
  static OptionalInt number(@Nullable Variant<?> value) {
    return value != null && value.getValue() instanceof UInt16 number
        ? OptionalInt.of(number.intValue())
        : OptionalInt.empty();
  }

  /** May wait; not on a thread of the library. Idempotent. */
  @Override
  public void close() {
    synchronized (this) {
      gone = true;
      notifyAll();
    }
    bus.disconnect();
  }
}
