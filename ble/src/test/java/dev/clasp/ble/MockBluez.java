package dev.clasp.ble;

import static org.assertj.core.api.Assertions.fail;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.freedesktop.dbus.DBusPath;
import org.freedesktop.dbus.connections.impl.DBusConnection;
import org.freedesktop.dbus.connections.impl.DBusConnectionBuilder;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.interfaces.DBusInterface;
import org.freedesktop.dbus.interfaces.ObjectManager;
import org.freedesktop.dbus.interfaces.Properties;
import org.freedesktop.dbus.messages.DBusSignal;
import org.freedesktop.dbus.types.Variant;

/**
 * A bluetoothd that is made up: owns {@code org.bluez}, keeps the tree of objects and tells about
 * its changes as BlueZ does. Its monitor is that of everything in it.
 */
final class MockBluez implements AutoCloseable {

  /** For anything that should happen soon. */
  static final int SECONDS = 20;

  private final class Root implements ObjectManager {
    @Override
    public String getObjectPath() {
      return "/";
    }

    @Override
    public Map<DBusPath, Map<String, Map<String, Variant<?>>>> GetManagedObjects() {
      synchronized (MockBluez.this) {
        Map<DBusPath, Map<String, Map<String, Variant<?>>>> all = new HashMap<>();
        objects.forEach((path, interfaces) -> {
          Map<String, Map<String, Variant<?>>> copy = new HashMap<>();
          interfaces.forEach((name, properties) -> copy.put(name, new HashMap<>(properties)));
          all.put(new DBusPath(path), copy);
        });
        return all;
      }
    }
  }

  private final DBusConnection bus;
  private final Map<String, Map<String, Map<String, Variant<?>>>> objects = new TreeMap<>();
  private final Map<String, DBusInterface> exported = new ConcurrentHashMap<>();
  private boolean closed;

  MockBluez(TestBus where) {
    try {
      bus = DBusConnectionBuilder.forAddress(where.address()).withShared(false).build();
      export(new Root());
      bus.requestBusName("org.bluez");
    } catch (DBusException e) {
      throw new IllegalStateException(e);
    }
  }

  DBusConnection bus() {
    return bus;
  }

  /** An adapter that is switched on. */
  MockAdapter adapter(String name) {
    return new MockAdapter(this, name);
  }

  void export(DBusInterface object) {
    try {
      exported.put(object.getObjectPath(), object);
      bus.exportObject(object.getObjectPath(), object);
    } catch (DBusException e) {
      throw new IllegalStateException(e);
    }
  }

  synchronized void add(String path, String name, Map<String, Variant<?>> properties) {
    objects.computeIfAbsent(path, _ -> new HashMap<>()).put(name, new HashMap<>(properties));
    send(() ->
        new ObjectManager.InterfacesAdded(
            "/", new DBusPath(path), new HashMap<>(Map.of(name, properties))));
  }

  synchronized boolean has(String path) {
    return objects.containsKey(path);
  }

  synchronized void remove(String path) {
    Map<String, ?> interfaces = objects.remove(path);
    if (interfaces != null) {
      if (exported.remove(path) != null) {
        bus.unExportObject(path);
      }
      send(() ->
          new ObjectManager.InterfacesRemoved(
              "/", new DBusPath(path), List.copyOf(interfaces.keySet())));
    }
  }

  /** Changes a property and tells so. */
  synchronized void set(String path, String name, String property, Variant<?> value) {
    Map<String, Map<String, Variant<?>>> interfaces = objects.get(path);
    if (interfaces != null && interfaces.containsKey(name)) {
      interfaces.get(name).put(property, value);
      tell(path, name, Map.of(property, value), List.of());
    }
  }

  synchronized void drop(String path, String name, String property) {
    Map<String, Map<String, Variant<?>>> interfaces = objects.get(path);
    if (interfaces != null
        && Objects.requireNonNull(interfaces.get(name)).remove(property) != null) {
      tell(path, name, Map.of(), List.of(property));
    }
  }

  synchronized void tell(
      String path, String name, Map<String, Variant<?>> changed, List<String> removed) {
    send(() -> new Properties.PropertiesChanged(path, name, changed, removed));
  }

  private interface Maker {
    DBusSignal make() throws DBusException;
  }

  private void send(Maker signal) {
    if (!closed) {
      try {
        bus.sendMessage(signal.make());
      } catch (DBusException e) {
        throw new IllegalStateException(e);
      }
    }
    notifyAll();
  }

  /** What is in a map of D-Bus. */
  static Object value(Map<String, Variant<?>> map, String key) {
    return Objects.requireNonNull(map.get(key), key).getValue();
  }

  /** Waits until something of this BlueZ is so. */
  synchronized void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!condition.getAsBoolean()) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        fail("not in time: " + what);
      }
      try {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    bus.disconnect();
  }
}
