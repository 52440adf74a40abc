package dev.clasp.ble;

import dev.clasp.protocol.Qos;
import dev.clasp.transport.BytePipe;
import java.io.IOException;
import java.util.Map;
import java.util.function.IntSupplier;
import org.bluez.GattCharacteristic1;
import org.freedesktop.dbus.errors.UnknownMethod;
import org.freedesktop.dbus.errors.UnknownObject;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.exceptions.DBusExecutionException;
import org.freedesktop.dbus.types.Variant;

/**
 * To a peripheral, by writing its characteristic.
 *
 * <p>A write without response is done when BlueZ has put it into its own queue, which has no bound.
 * So after {@value #WINDOW} of them comes one with response: BlueZ sends it behind the others, and
 * its answer says that all have arrived. A peripheral that takes none with response is only slowed
 * down by D-Bus.
 */
final class WritePipe implements BytePipe {

  /** Pieces on their way at once; about what goes out in one connection interval or two. */
  static final int WINDOW = 16;

  /** What {@code org.bluez.Error.Failed} says then. */
  private static final String NOT_CONNECTED = "Not connected";

  private static final Map<String, Variant<?>> COMMAND = Map.of("type", new Variant<>("command"));
  private static final Map<String, Variant<?>> REQUEST = Map.of("type", new Variant<>("request"));

  private final GattCharacteristic1 tx;
  private final Layout layout;
  private final WriteMode mode;
  private final IntSupplier mtu;
  private final Runnable whenClosed;

  /** Writer's thread: commands since the last request. */
  private int unanswered;

  /**
   * @param whenClosed ends the connection; must not wait, may be called more than once
   */
  WritePipe(
      GattCharacteristic1 tx, Layout layout, WriteMode mode, IntSupplier mtu, Runnable whenClosed) {
    this.tx = tx;
    this.layout = layout;
    this.mode = mode;
    this.mtu = mtu;
    this.whenClosed = whenClosed;
  }

  @Override
  public void write(byte[] frames) throws IOException {
    Pieces.cut(frames, mtu, this::piece);
  }

  private void piece(byte[] value, Qos qos) throws IOException {
    boolean request =
        layout.request()
            && (!layout.command()
                || mode == WriteMode.REQUEST
                || qos != Qos.FIRE
                || unanswered >= WINDOW);
    try {
      tx.WriteValue(value, request ? REQUEST : COMMAND);
    } catch (UnknownObject | UnknownMethod e) {
      // The characteristics go with the connection: theirs has ended, and its signal comes later.
      throw new IOException(Bluez.AWAY, e);
    } catch (DBusException | DBusExecutionException e) {
      // What is written may meet a connection that has just ended, before its signal has come.
      throw new IOException(
          Bluez.text(e).equalsIgnoreCase(NOT_CONNECTED)
              ? Bluez.AWAY
              : "the device does not take what is written: " + Bluez.text(e),
          e);
    }
    unanswered = request ? 0 : unanswered + 1;
  }

  @Override
  public void close() {
    whenClosed.run();
  }
}
