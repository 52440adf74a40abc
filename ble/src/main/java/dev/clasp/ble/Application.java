package dev.clasp.ble;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bluez.GattCharacteristic1;
import org.bluez.GattManager1;
import org.bluez.GattService1;
import org.bluez.LEAdvertisement1;
import org.bluez.LEAdvertisingManager1;
import org.bluez.datatypes.TwoTuple;
import org.freedesktop.dbus.DBusPath;
import org.freedesktop.dbus.FileDescriptor;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.exceptions.DBusExecutionException;
import org.freedesktop.dbus.interfaces.ObjectManager;
import org.freedesktop.dbus.interfaces.Properties;
import org.freedesktop.dbus.types.UInt16;
import org.freedesktop.dbus.types.Variant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Our objects on D-Bus that make BlueZ a peripheral: the service with its two characteristics, and
 * the advertisement.
 */
final class Application {

  private static final Logger LOG = LoggerFactory.getLogger(Application.class);

  private static final String ROOT = "/dev/clasp/ble";
  private static final String SERVICE = ROOT + "/service";
  private static final String TX = SERVICE + "/tx";
  private static final String RX = SERVICE + "/rx";
  private static final String ADVERTISEMENT = ROOT + "/advertisement";

  /** What the central does. Called on the one thread for calls; must not wait. */
  interface Events {
    /**
     * It has written.
     *
     * @param device path of it; empty if BlueZ does not say
     * @param mtu of ATT; the least if BlueZ does not say
     * @throws Refusal it may not
     */
    void written(byte[] value, String device, int mtu);

    /** A write was refused that cannot be one of CLASP. */
    void refused();

    /** Somebody subscribes now who did not, or nobody does any more. */
    void subscribed(boolean now);
  }

  /** The central hears that its write failed. */
  static final class Refusal extends DBusExecutionException {
    private static final long serialVersionUID = 1L;

    Refusal(String why) {
      super(why);
    }
  }

  private final Bluez bluez;
  private final PeripheralConfig config;
  private final Events events;
  private final GattManager1 gatt;
  private final LEAdvertisingManager1 advertising;

  /** Thread that registers. */
  private boolean advertised;

  /**
   * @param adapter path of it
   */
  Application(Bluez bluez, String adapter, PeripheralConfig config, Events events) {
    this.bluez = bluez;
    this.config = config;
    this.events = events;
    this.gatt = bluez.object(adapter, GattManager1.class);
    this.advertising = bluez.object(adapter, LEAdvertisingManager1.class);
  }

  /**
   * Makes BlueZ a peripheral with our service.
   *
   * @throws dev.clasp.transport.TransportException it does not want to
   */
  void register() {
    try {
      bluez.bus().exportObject(ROOT, new Root());
      bluez.bus().exportObject(SERVICE, new Service());
      bluez.bus().exportObject(TX, new Tx());
      bluez.bus().exportObject(RX, new Rx());
      bluez.bus().exportObject(ADVERTISEMENT, new Advertisement());
      gatt.RegisterApplication(new DBusPath(ROOT), Map.of());
    } catch (DBusException | DBusExecutionException e) {
      throw Bluez.failed(
          "BlueZ does not take our GATT service"
              + (config.encryption() == Encryption.NONE
                  ? ""
                  : " (before 5.63 it knows no encrypted notifications: update it, or switch"
                      + " encryption off)"),
          e);
    }
    try {
      advertise();
    } catch (DBusException | DBusExecutionException e) {
      throw Bluez.failed(
          "the Bluetooth adapter cannot advertise (does it support the peripheral role?"
              + " 'bluetoothctl show' says)",
          e);
    }
  }

  /** Centrals see the router, or do not. */
  void advertise(boolean wanted) {
    try {
      if (wanted && !advertised) {
        advertise();
      } else if (!wanted && advertised) {
        advertised = false;
        advertising.UnregisterAdvertisement(new DBusPath(ADVERTISEMENT));
      }
    } catch (DBusException | DBusExecutionException e) {
      if (!bluez.gone()) {
        LOG.warn("Bluetooth: cannot {} advertising: {}", wanted ? "start" : "stop", Bluez.text(e));
      }
    }
  }

  private void advertise() throws DBusException {
    advertising.RegisterAdvertisement(new DBusPath(ADVERTISEMENT), Map.of());
    advertised = true;
  }

  /** Notifies whoever has subscribed. Returns before it is out. */
  void notify(byte[] value) {
    try {
      bluez
          .bus()
          .sendMessage(
              new Properties.PropertiesChanged(
                  RX,
                  Bluez.CHARACTERISTIC,
                  Map.of("Value", new Variant<>(value, "ay")),
                  List.of()));
    } catch (DBusException e) {
      throw new DBusExecutionException(Bluez.text(e), e);
    }
  }

  // --- properties --------------------------------------------------------------------------------

  private Map<String, Variant<?>> service() {
    return Map.of("UUID", new Variant<>(BleUuid.SERVICE), "Primary", new Variant<>(true));
  }

  private Map<String, Variant<?>> tx() {
    return characteristic(BleUuid.TX, config.encryption().writeFlags());
  }

  private Map<String, Variant<?>> rx() {
    return characteristic(BleUuid.RX, config.encryption().notifyFlags());
  }

  private static Map<String, Variant<?>> characteristic(String uuid, List<String> flags) {
    return Map.of(
        "UUID",
        new Variant<>(uuid),
        "Service",
        new Variant<>(new DBusPath(SERVICE)),
        "Flags",
        strings(flags));
  }

  private Map<String, Variant<?>> advertisement() {
    return Map.of(
        "Type",
        new Variant<>("peripheral"),
        "ServiceUUIDs",
        strings(List.of(BleUuid.SERVICE)),
        "LocalName",
        new Variant<>(config.name()));
  }

  private static Variant<?> strings(List<String> list) {
    return new Variant<>(list.toArray(String[]::new), "as");
  }

  private void onlyBluez() {
    if (!bluez.calls()) {
      throw new Refusal("only BlueZ may call this");
    }
  }

  // --- objects -----------------------------------------------------------------------------------

  /** An object with properties that nobody sets. */
  private abstract static class Exported implements Properties {
    private final String path;
    private final String type;
    private final Map<String, Variant<?>> properties;

    Exported(String path, Class<?> type, Map<String, Variant<?>> properties) {
      this.path = path;
      this.type = type.getName();
      this.properties = properties;
    }

    @Override
    public String getObjectPath() {
      return path;
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // as the library has it
    public <A> A Get(String interfaceName, String property) {
      Variant<?> value = interfaceName.equals(type) ? properties.get(property) : null;
      if (value == null) {
        throw new Refusal("there is no property " + property);
      }
      return (A) value;
    }

    @Override
    public <A> void Set(String interfaceName, String property, A value) {
      throw new Refusal("nothing can be set");
    }

    @Override
    public Map<String, Variant<?>> GetAll(String interfaceName) {
      return interfaceName.equals(type) ? properties : Map.of();
    }
  }

  private final class Root implements ObjectManager {
    @Override
    public String getObjectPath() {
      return ROOT;
    }

    @Override
    public Map<DBusPath, Map<String, Map<String, Variant<?>>>> GetManagedObjects() {
      return new HashMap<>(
          Map.of(
              new DBusPath(SERVICE),
              Map.of(Bluez.SERVICE, service()),
              new DBusPath(TX),
              Map.of(Bluez.CHARACTERISTIC, tx()),
              new DBusPath(RX),
              Map.of(Bluez.CHARACTERISTIC, rx())));
    }
  }

  private final class Service extends Exported implements GattService1 {
    Service() {
      super(SERVICE, GattService1.class, service());
    }
  }

  private final class Advertisement extends Exported implements LEAdvertisement1 {
    Advertisement() {
      super(ADVERTISEMENT, LEAdvertisement1.class, advertisement());
    }

    @Override
    public void Release() {
      LOG.info("Bluetooth: BlueZ has ended the advertisement");
    }
  }

  /** What both characteristics cannot do. */
  private abstract static class Characteristic extends Exported implements GattCharacteristic1 {
    Characteristic(String path, Map<String, Variant<?>> properties) {
      super(path, GattCharacteristic1.class, properties);
    }

    @Override
    public byte[] ReadValue(Map<String, Variant<?>> options) {
      throw new Refusal("it cannot be read");
    }

    @Override
    public void WriteValue(byte[] value, Map<String, Variant<?>> options) {
      throw new Refusal("it cannot be written");
    }

    @Override
    public TwoTuple<FileDescriptor, UInt16> AcquireWrite(Map<String, Variant<?>> options) {
      throw new Refusal("there are no sockets");
    }

    @Override
    public TwoTuple<FileDescriptor, UInt16> AcquireNotify(Map<String, Variant<?>> options) {
      throw new Refusal("there are no sockets");
    }

    @Override
    public void StartNotify() {
      throw new Refusal("it notifies nothing");
    }

    @Override
    public void StopNotify() {
      throw new Refusal("it notifies nothing");
    }

    @Override
    public void Confirm() {
      // Only for indications, which there are none of.
    }
  }

  private final class Tx extends Characteristic {
    Tx() {
      super(TX, tx());
    }

    @Override
    public void WriteValue(byte[] value, Map<String, Variant<?>> options) {
      onlyBluez();
      @Nullable Variant<?> prepare = options.get("prepare-authorize");
      if (prepare != null && Boolean.TRUE.equals(prepare.getValue())) {
        return;
      }
      if (Bluez.number(options.get("offset")).orElse(0) != 0) {
        events.refused();
        throw new Refusal("writes begin at 0");
      }
      if (value.length > Pieces.MAX_VALUE) {
        events.refused();
        throw new Refusal("a value has at most " + Pieces.MAX_VALUE + " bytes");
      }
      @Nullable Variant<?> device = options.get("device");
      events.written(
          value,
          device == null ? "" : device.getValue().toString(),
          Bluez.number(options.get("mtu")).orElse(Pieces.LEAST_MTU));
    }
  }

  private final class Rx extends Characteristic {
    Rx() {
      super(RX, rx());
    }

    @Override
    public void StartNotify() {
      onlyBluez();
      events.subscribed(true);
    }

    @Override
    public void StopNotify() {
      onlyBluez();
      events.subscribed(false);
    }
  }
}
