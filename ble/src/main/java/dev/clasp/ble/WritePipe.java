package dev.clasp.ble;

import dev.clasp.protocol.Qos;
import dev.clasp.transport.BytePipe;
import java.io.IOException;
import java.util.Map;
import java.util.function.IntSupplier;
import org.bluez.GattCharacteristic1;
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
    } catch (DBusException | DBusExecutionException e) {
      throw new IOException("the device does not take what is written: " + Bluez.text(e), e);
    }
    unanswered = request ? 0 : unanswered + 1;
  }

  @Override
  public void close() {
    whenClosed.run();
  }
}
