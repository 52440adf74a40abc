package dev.clasp.ble;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bluez.Device1;
import org.bluez.GattCharacteristic1;
import org.bluez.exceptions.BluezInvalidArgumentsException;
import org.freedesktop.dbus.DBusPath;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.interfaces.ObjectManager;
import org.freedesktop.dbus.interfaces.Properties;
import org.freedesktop.dbus.types.UInt16;
import org.freedesktop.dbus.types.Variant;

/**
 * A GATT application that somebody has registered, and the centrals that use it. As with BlueZ, a
 * notification goes to every central that has subscribed, cut to its MTU.
 */
final class MockApplication {

  private static final Set<String> KNOWN_FLAGS =
      Set.of(
          "write",
          "write-without-response",
          "notify",
          "encrypt-write",
          "encrypt-notify",
          "encrypt-authenticated-write",
          "encrypt-authenticated-notify",
          "secure-write",
          "secure-notify");

  private final MockAdapter adapter;
  private final MockBluez bluez;
  private final String owner;
  private final Map<String, List<String>> flags = new HashMap<>();
  private final GattCharacteristic1 tx;
  private final GattCharacteristic1 rx;

  // Guarded by the BlueZ.
  private final List<Central> centrals = new ArrayList<>();

  MockApplication(MockAdapter adapter, String owner, String root)
      throws BluezInvalidArgumentsException {
    this.adapter = adapter;
    this.bluez = adapter.bluez();
    this.owner = owner;
    try {
      Map<String, String> paths = new HashMap<>();
      bluez
          .bus()
          .getRemoteObject(owner, root, ObjectManager.class)
          .GetManagedObjects()
          .forEach((path, interfaces) -> {
            Map<String, Variant<?>> service = interfaces.get("org.bluez.GattService1");
            if (service != null) {
              paths.put(MockBluez.value(service, "UUID").toString(), path.getPath());
            }
            Map<String, Variant<?>> one = interfaces.get("org.bluez.GattCharacteristic1");
            if (one != null) {
              String uuid = MockBluez.value(one, "UUID").toString();
              paths.put(uuid, path.getPath());
              flags.put(uuid, strings(MockBluez.value(one, "Flags")));
            }
          });
      if (!paths.keySet().equals(Set.of(BleUuid.SERVICE, BleUuid.TX, BleUuid.RX))
          || !flags.values().stream().allMatch(KNOWN_FLAGS::containsAll)) {
        throw new BluezInvalidArgumentsException("No object received, or invalid ones: " + paths);
      }
      tx = bluez.bus().getRemoteObject(owner, paths.get(BleUuid.TX), GattCharacteristic1.class);
      rx = bluez.bus().getRemoteObject(owner, paths.get(BleUuid.RX), GattCharacteristic1.class);
      String notified = paths.get(BleUuid.RX);
      bluez
          .bus()
          .addSigHandler(
              Properties.PropertiesChanged.class,
              owner,
              changed -> {
                if (changed.getPath().equals(notified)) {
                  notified(Bluez.bytes(MockBluez.value(changed.getPropertiesChanged(), "Value")));
                }
              });
    } catch (DBusException e) {
      throw new BluezInvalidArgumentsException(String.valueOf(e.getMessage()));
    }
  }

  private static List<String> strings(Object value) {
    List<?> list = value instanceof Object[] array ? Arrays.asList(array) : (List<?>) value;
    return list.stream().map(Object::toString).toList();
  }

  String owner() {
    return owner;
  }

  List<String> flags(String uuid) {
    return flags.getOrDefault(uuid, List.of());
  }

  /** A central connects; only while there is an advertisement. */
  Central connect(String address, int mtu, Listening listening) {
    if (adapter.advertisement().isEmpty()) {
      throw new IllegalStateException("there is nothing to connect to");
    }
    return connectUnseen(address, mtu, listening);
  }

  /** Without an advertisement: it knows the address. */
  Central connectUnseen(String address, int mtu, Listening listening) {
    Central central = new Central(address, mtu, listening);
    bluez.export(central);
    bluez.add(
        central.getObjectPath(),
        MockAdapter.DEVICE,
        Map.of(
            "Address",
            new Variant<>(address),
            "Alias",
            new Variant<>(address),
            "Connected",
            new Variant<>(true)));
    synchronized (bluez) {
      centrals.add(central);
    }
    return central;
  }

  private void notified(byte[] value) {
    List<Central> all;
    synchronized (bluez) {
      all = centrals.stream().filter(c -> c.subscribed).toList();
    }
    for (Central central : all) {
      central.listening.notified(
          value.length > central.mtu - 3 ? Arrays.copyOf(value, central.mtu - 3) : value);
    }
    synchronized (bluez) {
      bluez.notifyAll();
    }
  }

  private boolean anySubscribed() {
    return centrals.stream().anyMatch(c -> c.subscribed);
  }

  /** What a central does with what it hears. */
  interface Listening {
    void notified(byte[] value);

    default void disconnected() {}
  }

  /** A central, as BlueZ shows it. */
  final class Central implements Device1 {
    private final String path;
    private final int mtu;
    private final Listening listening;
    private boolean connected = true;
    private boolean subscribed;

    Central(String address, int mtu, Listening listening) {
      this.path = adapter.getObjectPath() + "/dev_" + address.replace(':', '_');
      this.mtu = mtu;
      this.listening = listening;
    }

    boolean connected() {
      synchronized (bluez) {
        return connected;
      }
    }

    void subscribe() throws DBusException {
      boolean first;
      synchronized (bluez) {
        first = !anySubscribed();
        subscribed = true;
      }
      if (first) {
        rx.StartNotify();
      }
    }

    void unsubscribe() {
      boolean last;
      synchronized (bluez) {
        boolean was = subscribed;
        subscribed = false;
        last = was && !anySubscribed();
      }
      if (last) {
        try {
          rx.StopNotify();
        } catch (DBusException e) {
          throw new IllegalStateException(e);
        }
      }
    }

    /** In pieces that fit into its MTU. */
    void write(byte[] bytes) throws DBusException {
      for (int at = 0; at < bytes.length; at += mtu - 3) {
        writePiece(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + mtu - 3)), 0);
      }
    }

    void writePiece(byte[] bytes, int offset) throws DBusException {
      Map<String, Variant<?>> options = new HashMap<>();
      options.put("device", new Variant<>(new DBusPath(path)));
      options.put("mtu", new Variant<>(new UInt16(mtu)));
      options.put("link", new Variant<>("LE"));
      options.put("type", new Variant<>("command"));
      if (offset > 0) {
        options.put("offset", new Variant<>(new UInt16(offset)));
      }
      tx.WriteValue(bytes, options);
    }

    void hangUp() {
      synchronized (bluez) {
        if (!connected) {
          return;
        }
        connected = false;
        bluez.set(path, MockAdapter.DEVICE, "Connected", new Variant<>(false));
        centrals.remove(this);
      }
      unsubscribe();
      listening.disconnected();
    }

    @Override
    public String getObjectPath() {
      return path;
    }

    @Override
    public void Connect() {}

    @Override
    public void Disconnect() {
      hangUp();
    }

    @Override
    public void ConnectProfile(String uuid) {}

    @Override
    public void DisconnectProfile(String uuid) {}

    @Override
    public void Pair() {}

    @Override
    public void CancelPairing() {}
  }
}
