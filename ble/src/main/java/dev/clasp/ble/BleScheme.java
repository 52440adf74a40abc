package dev.clasp.ble;

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
import io.netty.channel.EventLoop;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** URLs of peripherals for clients: {@code ble:AA:BB:CC:DD:EE:FF}. Thread-safe. */
public final class BleScheme implements LinkScheme {

  @Override
  public String name() {
    return BleMedium.NAME;
  }

  @Override
  public String example() {
    return BleUrl.EXAMPLE;
  }

  @Override
  public void check(URI uri) {
    BleUrl.of(uri);
  }

  @Override
  public int maxFrame() {
    return FrameDescriptor.MAX_FRAME;
  }

  @Override
  public CompletableFuture<FrameLink> connect(
      URI uri, EventLoops loops, DialOptions options, LinkAcceptor acceptor) {
    CompletableFuture<FrameLink> result = new CompletableFuture<>();
    BleUrl url;
    try {
      url = BleUrl.of(uri);
    } catch (TransportException e) {
      return CompletableFuture.failedFuture(e);
    }
    EventLoop loop = loops.next();
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name("clasp-ble-dial")
            .unstarted(() -> {
              try {
                dial(url, loop, options, acceptor, result);
              } catch (TransportException e) {
                result.completeExceptionally(e);
              } catch (InterruptedException e) {
                result.cancel(false);
              } catch (Throwable e) {
                result.completeExceptionally(Bluez.failed("cannot connect to " + uri, e));
              }
            });
    result.whenComplete((_, _) -> {
      if (result.isCancelled()) {
        thread.interrupt();
      }
    });
    thread.start();
    return result;
  }

  private static void dial(
      BleUrl url,
      EventLoop loop,
      DialOptions options,
      LinkAcceptor acceptor,
      CompletableFuture<FrameLink> result)
      throws InterruptedException {
    long deadline = System.nanoTime() + options.timeout().toNanos();
    Bluez bluez = Bluez.open(url.bus());
    Attachment attachment;
    try {
      attachment =
          new Attachment(bluez, find(bluez, url, deadline), url.write(), options.maxMessage());
    } catch (TransportException | InterruptedException e) {
      bluez.close();
      throw e;
    }
    StreamLink link = attachment.connect(loop, deadline);
    CompletableFuture.runAsync(
            () -> {
              if (!attachment.open(acceptor, () -> {})) {
                result.completeExceptionally(
                    new TransportException(Kind.HANDSHAKE, "the client failed"));
              } else if (!result.complete(link)) {
                link.close(new CloseReason(CloseReason.GOING_AWAY, "given up"));
              }
            },
            loop)
        .exceptionally(e -> {
          attachment.close();
          result.completeExceptionally(e instanceof CompletionException c ? c.getCause() : e);
          return null;
        });
  }

  private static Device find(Bluez bluez, BleUrl url, long deadline) throws InterruptedException {
    String adapter = bluez.adapter(url.adapter());
    if (url.byAddress()) {
      // BlueZ knows the device already: it need not be looked for.
      Optional<Device> known = bluez.devices(adapter).stream().filter(url::matches).findFirst();
      if (known.isPresent()) {
        return known.get();
      }
    }
    long over = Math.min(deadline, System.nanoTime() + url.scan().toNanos());
    // Many adapters cannot connect while they scan: it ends before anything else is done.
    try (Scan scan = new Scan(bluez, adapter, url.all() || url.byAddress())) {
      return scan.find(url::matches, over)
          .orElseThrow(() ->
              new TransportException(
                  Kind.TIMEOUT,
                  url.wanted()
                      + " was not found: is it switched on and in range? 'clasp ble scan --all'"
                      + " shows what is"));
    }
  }
}
