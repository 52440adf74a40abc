package dev.clasp.serial;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.FrameDescriptor;
import dev.clasp.transport.DialOptions;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.FrameLink;
import dev.clasp.transport.LinkAcceptor;
import dev.clasp.transport.LinkScheme;
import dev.clasp.transport.StreamLink;
import dev.clasp.transport.TransportException;
import dev.clasp.transport.TransportException.Kind;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Clients of a router at the other end of a serial line: {@code serial:/dev/ttyUSB0?baud=9600}. */
public final class SerialScheme implements LinkScheme {

  static final String NAME = "serial";

  private static final int READ_BYTES = 4096;

  private final SerialPorts ports;

  /** For the service loader. */
  public SerialScheme() {
    this(SystemPorts.INSTANCE);
  }

  SerialScheme(SerialPorts ports) {
    this.ports = ports;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String example() {
    return SerialUrl.EXAMPLE;
  }

  @Override
  public void check(URI uri) {
    SerialSettings.parse(uri.toString());
  }

  @Override
  public int maxFrame() {
    return FrameDescriptor.MAX_FRAME;
  }

  @Override
  public CompletableFuture<FrameLink> connect(
      URI uri, EventLoops loops, DialOptions options, LinkAcceptor acceptor) {
    SerialSettings settings;
    try {
      settings = SerialSettings.parse(uri.toString());
    } catch (TransportException e) {
      return CompletableFuture.failedFuture(e);
    }
    CompletableFuture<FrameLink> result = new CompletableFuture<>();
    var loop = loops.next();
    if (loop.isShuttingDown()) {
      return CompletableFuture.failedFuture(
          new TransportException(
              Kind.UNREACHABLE,
              "cannot open " + settings.port() + ": the event loops were closed"));
    }
    var deadline =
        loop.schedule(
            () ->
                result.completeExceptionally(
                    new TransportException(
                        Kind.TIMEOUT, settings.port() + " could not be opened in time")),
            options.timeout().toNanos(),
            TimeUnit.NANOSECONDS);
    result.whenComplete((_, _) -> deadline.cancel(false));
    Thread.ofPlatform()
        .daemon()
        .name("clasp-serial-read")
        .start(() -> {
          SerialDevice device;
          try {
            device = ports.open(settings);
          } catch (RuntimeException e) {
            result.completeExceptionally(e);
            return;
          }
          StreamLink link =
              new StreamLink(
                  loop,
                  settings.medium(),
                  new SerialAddress(settings.port()),
                  settings.coding(),
                  new DevicePipe(device, true));
          link.whenEnded(device::close);
          result.whenComplete((_, failure) -> {
            if (failure != null) {
              // Failed, too late, or no longer wanted.
              device.close();
            }
          });
          loop.execute(() -> begin(link, acceptor, result, settings));
          read(device, link);
        });
    return result;
  }

  private static void begin(
      StreamLink link,
      LinkAcceptor acceptor,
      CompletableFuture<FrameLink> result,
      SerialSettings settings) {
    if (result.isDone()) {
      return;
    }
    if (!link.open(acceptor)) {
      result.completeExceptionally(
          new TransportException(
              Kind.HANDSHAKE, settings.port() + " is open, but the program that wanted it failed"));
    } else if (!result.complete(link)) {
      link.close(new CloseReason(CloseReason.NORMAL, ""));
    }
  }

  /** Until the port is closed or the device is gone. */
  private static void read(SerialDevice device, StreamLink link) {
    byte[] b = new byte[READ_BYTES];
    try {
      while (true) {
        int count = device.read(b);
        if (count > 0) {
          link.received(b, 0, count);
        }
      }
    } catch (IOException | RuntimeException e) {
      link.ended(new CloseReason(CloseReason.ABNORMAL, String.valueOf(e.getMessage())));
      device.close();
    }
  }
}
