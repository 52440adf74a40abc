package dev.clasp.ble;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.bluez.Device1;
import org.bluez.GattCharacteristic1;
import org.bluez.datatypes.TwoTuple;
import org.freedesktop.dbus.DBusPath;
import org.freedesktop.dbus.FileDescriptor;
import org.freedesktop.dbus.exceptions.DBusExecutionException;
import org.freedesktop.dbus.types.UInt16;
import org.freedesktop.dbus.types.Variant;
import org.jspecify.annotations.Nullable;

/** A device as BlueZ shows it, with a GATT database while it is connected. */
final class MockDevice implements Device1 {

  private static final String SERVICE = "org.bluez.GattService1";
  private static final String CHARACTERISTIC = "org.bluez.GattCharacteristic1";

  /** A write that has come. */
  record Write(byte[] value, String type) {}

  private final MockAdapter adapter;
  private final MockBluez bluez;
  private final String address;
  private final String path;
  private final String name;
  private final Firmware firmware;
  private final Set<String> advertised;
  private final Characteristic tx;
  private final Characteristic rx;

  // Guarded by the BlueZ.
  private final List<Write> writes = new ArrayList<>();
  private final int mtu;
  private boolean inRange = true;
  private boolean connected;
  private boolean subscribed;
  private boolean connectedInScan;
  private int lost;
  private boolean tellsMtu = true;
  private boolean documented;
  private List<String> txFlags = List.of("write", "write-without-response");
  private @Nullable CompletableFuture<Void> hanging;

  MockDevice(
      MockAdapter adapter,
      String address,
      String name,
      int mtu,
      Firmware firmware,
      Set<String> advertised) {
    this.adapter = adapter;
    this.bluez = adapter.bluez();
    this.address = address;
    this.path = adapter.getObjectPath() + "/dev_" + address.replace(':', '_');
    this.name = name;
    this.mtu = mtu;
    this.firmware = firmware;
    this.advertised = advertised;
    this.tx = new Characteristic(path + "/service0001/char0002");
    this.rx = new Characteristic(path + "/service0001/char0004");
  }

  String path() {
    return path;
  }

  Set<String> advertised() {
    return advertised;
  }

  // --- how it is ---------------------------------------------------------------------------------

  MockDevice withTxFlags(String... flags) {
    txFlags = List.of(flags);
    return this;
  }

  /** As BlueZ before 5.62. */
  MockDevice withoutMtu() {
    tellsMtu = false;
    return this;
  }

  /** The layout that is documented: one characteristic for both. */
  MockDevice withDocumentedLayout() {
    documented = true;
    return this;
  }

  /** Never answers, until somebody gives up. */
  MockDevice thatHangs() {
    hanging = new CompletableFuture<>();
    return this;
  }

  // --- what it does ------------------------------------------------------------------------------

  /** BlueZ has heard it for the first time, or knows it from earlier. */
  void appear() {
    bluez.export(this);
    Map<String, Variant<?>> properties = new HashMap<>();
    properties.put("Address", new Variant<>(address));
    properties.put("Alias", new Variant<>(name.isEmpty() ? address.replace(':', '-') : name));
    if (!name.isEmpty()) {
      properties.put("Name", new Variant<>(name));
    }
    properties.put("UUIDs", new Variant<>(advertised.toArray(String[]::new), "as"));
    properties.put("Connected", new Variant<>(false));
    properties.put("Paired", new Variant<>(false));
    properties.put("ServicesResolved", new Variant<>(false));
    if (adapter.discovering()) {
      properties.put("RSSI", new Variant<>((short) -60));
    }
    bluez.add(path, MockAdapter.DEVICE, properties);
  }

  /** Notifies; what nobody has subscribed to is lost, and so is what is longer than the MTU. */
  void notify(byte[] value) {
    synchronized (bluez) {
      if (!subscribed) {
        lost++;
        return;
      }
      byte[] sent = value.length > mtu - 3 ? java.util.Arrays.copyOf(value, mtu - 3) : value;
      bluez.tell(
          (documented ? tx : rx).getObjectPath(),
          CHARACTERISTIC,
          Map.of("Value", new Variant<>(sent, "ay")),
          List.of());
    }
  }

  /** It is carried away, or hangs up. */
  void leave() {
    synchronized (bluez) {
      inRange = false;
      hangUp();
    }
  }

  void comeBack() {
    synchronized (bluez) {
      inRange = true;
      adapter.heardAgain(this);
    }
  }

  void hangUp() {
    synchronized (bluez) {
      if (!connected) {
        return;
      }
      connected = false;
      subscribed = false;
      bluez.set(path, MockAdapter.DEVICE, "ServicesResolved", new Variant<>(false));
      bluez.set(path, MockAdapter.DEVICE, "Connected", new Variant<>(false));
      bluez.remove(tx.getObjectPath());
      bluez.remove(rx.getObjectPath());
      bluez.remove(path + "/service0001");
    }
    firmware.disconnected(this);
  }

  boolean inRange() {
    return inRange;
  }

  boolean connected() {
    synchronized (bluez) {
      return connected;
    }
  }

  boolean subscribed() {
    synchronized (bluez) {
      return subscribed;
    }
  }

  boolean connectedInScan() {
    synchronized (bluez) {
      return connectedInScan;
    }
  }

  int lost() {
    synchronized (bluez) {
      return lost;
    }
  }

  List<Write> writes() {
    synchronized (bluez) {
      return List.copyOf(writes);
    }
  }

  int mtu() {
    return mtu;
  }

  // --- calls -------------------------------------------------------------------------------------

  @Override
  public String getObjectPath() {
    return path;
  }

  @Override
  public void Connect() {
    CompletableFuture<Void> answer = hanging;
    if (answer != null) {
      try {
        answer.get(MockBluez.SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException | TimeoutException | InterruptedException e) {
        throw new DBusExecutionException("le-connection-abort-by-local", e);
      }
    }
    synchronized (bluez) {
      if (!inRange) {
        throw new DBusExecutionException("le-connection-abort-by-local");
      }
      if (connected) {
        throw new DBusExecutionException("Already Connected");
      }
      connectedInScan |= adapter.discovering();
      connected = true;
      bluez.set(path, MockAdapter.DEVICE, "Connected", new Variant<>(true));
      database();
    }
    firmware.connected(this);
    bluez.set(path, MockAdapter.DEVICE, "ServicesResolved", new Variant<>(true));
  }

  private void database() {
    boolean clasp = !advertised.contains("none");
    bluez.add(
        path + "/service0001",
        SERVICE,
        Map.of(
            "UUID",
            new Variant<>(
                documented
                    ? BleUuid.DOCUMENTED_SERVICE
                    : clasp ? BleUuid.SERVICE : "0000180a-0000-1000-8000-00805f9b34fb"),
            "Device",
            new Variant<>(new DBusPath(path)),
            "Primary",
            new Variant<>(true)));
    if (!clasp) {
      return;
    }
    characteristic(tx, documented ? BleUuid.DOCUMENTED_BOTH : BleUuid.TX, txFlags);
    if (!documented) {
      characteristic(rx, BleUuid.RX, List.of("notify"));
    }
  }

  private void characteristic(Characteristic which, String uuid, List<String> flags) {
    bluez.export(which);
    Map<String, Variant<?>> properties = new HashMap<>();
    properties.put("UUID", new Variant<>(uuid));
    properties.put("Service", new Variant<>(new DBusPath(path + "/service0001")));
    properties.put("Flags", new Variant<>(flags.toArray(String[]::new), "as"));
    if (tellsMtu) {
      properties.put("MTU", new Variant<>(new UInt16(mtu)));
    }
    bluez.add(which.getObjectPath(), CHARACTERISTIC, properties);
  }

  @Override
  public void Disconnect() {
    CompletableFuture<Void> answer = hanging;
    if (answer != null) {
      answer.completeExceptionally(new IllegalStateException("given up"));
    }
    hangUp();
  }

  boolean givenUp() {
    CompletableFuture<Void> answer = hanging;
    return answer != null && answer.isCompletedExceptionally();
  }

  @Override
  public void ConnectProfile(String uuid) {}

  @Override
  public void DisconnectProfile(String uuid) {}

  @Override
  public void Pair() {}

  @Override
  public void CancelPairing() {}

  /** Either of the two, or both. */
  private final class Characteristic implements GattCharacteristic1 {
    private final String where;

    Characteristic(String where) {
      this.where = where;
    }

    @Override
    public String getObjectPath() {
      return where;
    }

    @Override
    public byte[] ReadValue(Map<String, Variant<?>> options) {
      throw new DBusExecutionException("Not permitted");
    }

    @Override
    public void WriteValue(byte[] value, Map<String, Variant<?>> options) {
      String type = MockBluez.value(options, "type").toString();
      synchronized (bluez) {
        if (!connected) {
          throw new DBusExecutionException("Not connected");
        }
        if (value.length > mtu - 3) {
          throw new DBusExecutionException("Invalid value length");
        }
        if (!txFlags.contains(type.equals("command") ? "write-without-response" : "write")) {
          throw new DBusExecutionException("Not supported");
        }
        writes.add(new Write(value, type));
        bluez.notifyAll();
      }
      firmware.written(MockDevice.this, value);
    }

    @Override
    public void StartNotify() {
      synchronized (bluez) {
        if (!connected) {
          throw new DBusExecutionException("Not Connected");
        }
        subscribed = true;
        bluez.notifyAll();
      }
      firmware.subscribed(MockDevice.this);
    }

    @Override
    public void StopNotify() {
      synchronized (bluez) {
        subscribed = false;
      }
    }

    @Override
    public TwoTuple<FileDescriptor, UInt16> AcquireWrite(Map<String, Variant<?>> options) {
      throw new DBusExecutionException("Not supported");
    }

    @Override
    public TwoTuple<FileDescriptor, UInt16> AcquireNotify(Map<String, Variant<?>> options) {
      throw new DBusExecutionException("Not supported");
    }

    @Override
    public void Confirm() {}
  }
}
