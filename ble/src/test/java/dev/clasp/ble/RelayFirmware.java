package dev.clasp.ble;

import org.freedesktop.dbus.exceptions.DBusException;
import org.jspecify.annotations.Nullable;

/** The air: what looks like a device to one adapter is the application of another. */
final class RelayFirmware implements Firmware {

  private final MockAdapter other;
  private final String centralAddress;
  private final int mtu;
  private volatile MockApplication.@Nullable Central central;

  /**
   * @param other where the application is
   * @param centralAddress what the application sees of the central
   */
  RelayFirmware(MockAdapter other, String centralAddress, int mtu) {
    this.other = other;
    this.centralAddress = centralAddress;
    this.mtu = mtu;
  }

  @Override
  public void connected(MockDevice device) {
    central =
        other
            .application()
            .orElseThrow()
            .connect(
                centralAddress,
                mtu,
                new MockApplication.Listening() {
                  @Override
                  public void notified(byte[] value) {
                    device.notify(value);
                  }

                  @Override
                  public void disconnected() {
                    device.hangUp();
                  }
                });
  }

  @Override
  public void subscribed(MockDevice device) {
    try {
      now().subscribe();
    } catch (DBusException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void written(MockDevice device, byte[] value) {
    try {
      now().writePiece(value, 0);
    } catch (DBusException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void disconnected(MockDevice device) {
    now().hangUp();
  }

  private MockApplication.Central now() {
    MockApplication.Central current = central;
    if (current == null) {
      throw new IllegalStateException("not connected");
    }
    return current;
  }
}
