package dev.clasp.ble;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bluez.Adapter1;
import org.bluez.GattManager1;
import org.bluez.LEAdvertisement1;
import org.bluez.LEAdvertisingManager1;
import org.freedesktop.dbus.DBusPath;
import org.freedesktop.dbus.connections.impl.DBusConnection;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.exceptions.DBusExecutionException;
import org.freedesktop.dbus.interfaces.Properties;
import org.freedesktop.dbus.types.Variant;
import org.jspecify.annotations.Nullable;

/** An adapter, with the devices around it. Keeps the rules that BlueZ has for scanning. */
final class MockAdapter implements Adapter1, GattManager1, LEAdvertisingManager1 {

  static final String DEVICE = "org.bluez.Device1";

  private final MockBluez bluez;
  private final String path;
  private final List<MockDevice> around = new ArrayList<>();

  // Guarded by the BlueZ.
  private boolean powered = true;
  private boolean discovering;
  private @Nullable Map<String, Variant<?>> filter;
  private @Nullable MockApplication application;
  private @Nullable Map<String, Variant<?>> advertisement;
  private int scans;

  MockAdapter(MockBluez bluez, String name) {
    this.bluez = bluez;
    this.path = "/org/bluez/" + name;
    bluez.export(this);
    bluez.add(
        path,
        "org.bluez.Adapter1",
        Map.of("Address", new Variant<>("00:00:00:00:00:00"), "Powered", new Variant<>(true)));
  }

  MockBluez bluez() {
    return bluez;
  }

  void power(boolean on) {
    synchronized (bluez) {
      powered = on;
      bluez.set(path, "org.bluez.Adapter1", "Powered", new Variant<>(on));
    }
  }

  // --- around ------------------------------------------------------------------------------------

  /** A device comes into range that advertises the service. */
  MockDevice device(String address, String name, int mtu, Firmware firmware) {
    return device(address, name, mtu, firmware, Set.of(BleUuid.SERVICE));
  }

  MockDevice device(
      String address, String name, int mtu, Firmware firmware, Set<String> advertised) {
    MockDevice device = new MockDevice(this, address, name, mtu, firmware, advertised);
    synchronized (bluez) {
      around.add(device);
      if (discovering) {
        heard(device);
      }
    }
    return device;
  }

  void heardAgain(MockDevice device) {
    synchronized (bluez) {
      if (discovering) {
        heard(device);
      }
    }
  }

  private void heard(MockDevice device) {
    Variant<?> uuids = filter == null ? null : filter.get("UUIDs");
    if (!device.inRange() || uuids != null && !matches(uuids.getValue(), device)) {
      return;
    }
    if (bluez.has(device.path())) {
      bluez.set(device.path(), DEVICE, "RSSI", new Variant<>((short) -60));
    } else {
      device.appear();
    }
  }

  private static boolean matches(Object uuids, MockDevice device) {
    List<?> wanted = uuids instanceof Object[] array ? Arrays.asList(array) : (List<?>) uuids;
    return device.advertised().stream().anyMatch(wanted::contains);
  }

  boolean discovering() {
    synchronized (bluez) {
      return discovering;
    }
  }

  /** How many scans have begun. */
  int scans() {
    synchronized (bluez) {
      return scans;
    }
  }

  Optional<MockApplication> application() {
    synchronized (bluez) {
      return Optional.ofNullable(application);
    }
  }

  /** What is advertised, if anything. */
  Optional<Map<String, Variant<?>>> advertisement() {
    synchronized (bluez) {
      return Optional.ofNullable(advertisement);
    }
  }

  // --- calls -------------------------------------------------------------------------------------

  @Override
  public String getObjectPath() {
    return path;
  }

  private void needPower() {
    if (!powered) {
      throw new DBusExecutionException("Resource Not Ready");
    }
  }

  @Override
  public void SetDiscoveryFilter(Map<String, Variant<?>> wanted) {
    synchronized (bluez) {
      needPower();
      if (!"le".equals(MockBluez.value(wanted, "Transport"))) {
        throw new DBusExecutionException("this mock is for LE alone");
      }
      filter = wanted;
    }
  }

  @Override
  public void StartDiscovery() {
    synchronized (bluez) {
      needPower();
      if (discovering) {
        throw new DBusExecutionException("Operation already in progress");
      }
      discovering = true;
      scans++;
      around.forEach(this::heard);
      bluez.notifyAll();
    }
  }

  @Override
  public void StopDiscovery() {
    synchronized (bluez) {
      if (!discovering) {
        throw new DBusExecutionException("No discovery started");
      }
      discovering = false;
      filter = null;
      for (MockDevice device : around) {
        if (bluez.has(device.path())) {
          bluez.drop(device.path(), DEVICE, "RSSI");
        }
      }
      bluez.notifyAll();
    }
  }

  @Override
  public void RemoveDevice(DBusPath device) {
    bluez.remove(device.getPath());
  }

  @Override
  public String[] GetDiscoveryFilters() {
    return new String[] {"UUIDs", "Transport"};
  }

  @Override
  public DBusPath ConnectDevice(Map<String, Variant<?>> properties) {
    throw new DBusExecutionException("Does Not Exist");
  }

  @Override
  public void RegisterApplication(DBusPath root, Map<String, Variant<?>> options)
      throws org.bluez.exceptions.BluezInvalidArgumentsException {
    MockApplication registered = new MockApplication(this, caller(), root.getPath());
    synchronized (bluez) {
      if (application != null) {
        throw new DBusExecutionException("Already Exists");
      }
      application = registered;
      bluez.notifyAll();
    }
  }

  @Override
  public void UnregisterApplication(DBusPath root) {
    synchronized (bluez) {
      application = null;
    }
  }

  @Override
  public void RegisterAdvertisement(DBusPath what, Map<String, Variant<?>> options) {
    Map<String, Variant<?>> properties;
    try {
      properties =
          bluez
              .bus()
              .getRemoteObject(caller(), what.getPath(), Properties.class)
              .GetAll(LEAdvertisement1.class.getName());
    } catch (DBusException e) {
      throw new DBusExecutionException("Failed to parse advertisement", e);
    }
    synchronized (bluez) {
      if (advertisement != null) {
        throw new DBusExecutionException("Already Exists");
      }
      advertisement = new HashMap<>(properties);
      bluez.notifyAll();
    }
  }

  @Override
  public void UnregisterAdvertisement(DBusPath what) {
    synchronized (bluez) {
      if (advertisement == null) {
        throw new DBusExecutionException("Does Not Exist");
      }
      advertisement = null;
      bluez.notifyAll();
    }
  }

  private static String caller() {
    return DBusConnection.getCallInfo().getSource();
  }
}
