package dev.clasp.ble;

import dev.clasp.protocol.CloseReason;
import dev.clasp.transport.LinkAcceptor;
import dev.clasp.transport.StreamLink;
import dev.clasp.transport.TransportException;
import dev.clasp.transport.TransportException.Kind;
import io.netty.channel.EventLoop;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;
import org.bluez.Device1;
import org.bluez.GattCharacteristic1;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.exceptions.DBusExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This machine as the central of one peripheral: connects, listens to its notifications and makes a
 * link of it (transports.md 7.2). Its connection to D-Bus is its own, so that BlueZ lets go of
 * everything when that ends.
 */
final class Attachment {

  private static final Logger LOG = LoggerFactory.getLogger(Attachment.class);

  private final Bluez bluez;
  private final Device device;
  private final WriteMode mode;
  private final int maxFrame;
  private final Device1 remote;
  private final Intake intake = new Intake();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicReference<@Nullable StreamLink> link = new AtomicReference<>();

  /** Whether the connection is ours to end: another program may use the device too. */
  private volatile boolean connectedByUs;

  private volatile boolean overflowed;

  /**
   * @param bluez is closed with the link
   * @param maxFrame longest frame to accept
   */
  Attachment(Bluez bluez, Device device, WriteMode mode, int maxFrame) {
    this.bluez = bluez;
    this.device = device;
    this.mode = mode;
    this.maxFrame = maxFrame;
    this.remote = bluez.object(device.path(), Device1.class);
  }

  /**
   * Connects to the device and subscribes to it.
   *
   * @param deadlineNanos of {@link System#nanoTime}
   * @return the link, not opened
   * @throws TransportException it failed; everything is closed then
   */
  StreamLink connect(EventLoop loop, long deadlineNanos) throws InterruptedException {
    try {
      resolve(deadlineNanos);
      Layout layout = layout(deadlineNanos);
      subscribe(layout);
      StreamLink made =
          new StreamLink(
              loop,
              BleMedium.MEDIUM,
              new BleAddress(device.address()),
              BleMedium.coding(maxFrame),
              new WritePipe(
                  bluez.object(layout.tx(), GattCharacteristic1.class),
                  layout,
                  mode,
                  mtu(layout),
                  this::closeSoon));
      link.set(made);
      return made;
    } catch (TransportException | InterruptedException e) {
      close();
      throw e;
    }
  }

  /**
   * Loop. Opens the link that {@link #connect} made.
   *
   * @param whenEnded called on the loop
   */
  boolean open(LinkAcceptor acceptor, Runnable whenEnded) {
    StreamLink made = link.get();
    if (made == null) {
      throw new IllegalStateException("not connected");
    }
    made.whenEnded(() -> {
      intake.close();
      whenEnded.run();
    });
    boolean opened = made.open(acceptor);
    intake.drainTo(made);
    bluez.onDeparture(device.path(), why -> made.ended(new CloseReason(CloseReason.ABNORMAL, why)));
    if (overflowed) {
      tooMuch(made);
    }
    return opened;
  }

  // --- connecting --------------------------------------------------------------------------------

  private void resolve(long deadlineNanos) throws InterruptedException {
    if (connected() && resolved()) {
      return;
    }
    connectedByUs = !connected();
    // BlueZ answers when the device does, which may take longer than we have.
    CompletableFuture<@Nullable Void> answer = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("clasp-ble-connect")
        .start(() -> {
          try {
            remote.Connect();
            answer.complete(null);
          } catch (DBusException | DBusExecutionException e) {
            answer.completeExceptionally(e);
          }
          bluez.wake();
        });
    Optional<Boolean> done =
        bluez.await(
            deadlineNanos,
            () -> {
              if (connected() && resolved()) {
                return Optional.of(true);
              }
              // "Already connected" and "in progress" are failures too, but then it is, or will be.
              return answer.isCompletedExceptionally() && !connected()
                  ? Optional.of(false)
                  : Optional.empty();
            });
    if (done.isEmpty()) {
      throw new TransportException(
          Kind.TIMEOUT,
          device.text()
              + (connected()
                  ? " is connected, but does not tell its services in time"
                  : " does not answer: is it switched on and in range?"));
    }
    if (!done.get()) {
      Throwable why = answer.exceptionNow();
      throw new TransportException(
          Kind.UNREACHABLE, "cannot connect to " + device.text() + ": " + Bluez.text(why), why);
    }
  }

  private boolean connected() {
    return bluez.flag(device.path(), Bluez.DEVICE, "Connected");
  }

  private boolean resolved() {
    return bluez.flag(device.path(), Bluez.DEVICE, "ServicesResolved");
  }

  private Layout layout(long deadlineNanos) throws InterruptedException {
    // The objects are announced before ServicesResolved is; nothing more will come.
    return bluez
        .await(Math.min(deadlineNanos, System.nanoTime()), () -> Layout.of(bluez, device.path()))
        .orElseThrow(() ->
            new TransportException(
                Kind.HANDSHAKE,
                device.text()
                    + " has no CLASP service (characteristics 7331 and 7332 of service 7330): is it"
                    + " the right device?"));
  }

  private void subscribe(Layout layout) {
    // First: what the device says at once when it is subscribed to must not be lost (T-09).
    bluez.onValue(layout.rx(), this::value);
    try {
      bluez.object(layout.rx(), GattCharacteristic1.class).StartNotify();
    } catch (DBusException | DBusExecutionException e) {
      throw new TransportException(
          Kind.HANDSHAKE,
          "cannot subscribe to "
              + device.text()
              + ": "
              + Bluez.text(e)
              + ". If it wants to be paired: bluetoothctl pair "
              + device.address(),
          e);
    }
  }

  /** As BlueZ has agreed with the device. Older ones than 5.62 do not say: the least then. */
  private IntSupplier mtu(Layout layout) {
    return () -> bluez.number(layout.tx(), Bluez.CHARACTERISTIC, "MTU").orElse(Pieces.LEAST_MTU);
  }

  // --- receiving ---------------------------------------------------------------------------------

  private void value(byte[] value) {
    if (!intake.offer(value)) {
      overflowed = true;
      StreamLink made = link.get();
      if (made != null) {
        tooMuch(made);
      }
    }
  }

  private static void tooMuch(StreamLink link) {
    link.ended(
        new CloseReason(
            CloseReason.POLICY,
            "more than " + (Intake.MAX_BYTES >> 10) + " KiB came before they could be handled"));
  }

  // --- the end -----------------------------------------------------------------------------------

  private void closeSoon() {
    if (!closed.get()) {
      Thread.ofPlatform().daemon().name("clasp-ble-close").start(this::close);
    }
  }

  /** May wait. */
  void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    intake.close();
    bluez.forgetDeparture(device.path());
    if (connectedByUs && !bluez.gone()) {
      try {
        // Also gives up a connection that is still being made.
        remote.Disconnect();
      } catch (DBusException | DBusExecutionException e) {
        LOG.debug("{}: {}", device.address(), Bluez.text(e));
      }
    }
    bluez.close();
  }
}
