package dev.clasp.serial;

import dev.clasp.protocol.CloseReason;
import dev.clasp.protocol.ErrorCode;
import dev.clasp.protocol.FrameCodec;
import dev.clasp.protocol.Message;
import dev.clasp.transport.DialOptions;
import dev.clasp.transport.EventLoops;
import dev.clasp.transport.FrameLink;
import dev.clasp.transport.FrameListener;
import dev.clasp.transport.LinkClient;
import dev.clasp.transport.TransportException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Couples a serial port with a router elsewhere: each HELLO of the device makes a connection of its
 * own, and frames are copied both ways as they are. Who is too slow is not sent more: then the
 * other side is not read, and the router keeps only the newest values for it. Thread-safe.
 */
public final class SerialCoupling implements AutoCloseable {

  private final URI router;
  private final DialOptions options;
  private final Consumer<String> notes;
  private final EventLoops loops = EventLoops.create("clasp-serial", 1);
  private final SerialListener listener;

  private SerialCoupling(
      SerialSettings settings, URI router, DialOptions options, Consumer<String> notes) {
    this.router = router;
    this.options = options;
    this.notes = notes;
    this.listener = SerialListener.of(settings, this::accept, loops);
  }

  /**
   * Starts; a port that is not there is waited for.
   *
   * @param notes told what happens to connections, on any thread; must not wait
   * @throws TransportException the port can never be opened, with a sentence for the user
   */
  public static SerialCoupling start(
      SerialSettings settings, URI router, DialOptions options, Consumer<String> notes) {
    SerialCoupling coupling = new SerialCoupling(settings, router, options, notes);
    try {
      coupling.listener.start();
    } catch (TransportException e) {
      coupling.loops.close();
      throw e;
    }
    return coupling;
  }

  /** All of it on the one loop. */
  private FrameListener accept(FrameLink device) {
    Session session = new Session(device);
    session.dial();
    return session;
  }

  /** From a HELLO to the end of either side. */
  private final class Session implements FrameListener {
    private final FrameLink device;
    private @Nullable FrameLink remote;
    private @Nullable CompletableFuture<FrameLink> dialling;

    /** What came with HELLO, before reading could be stopped: at most what a link reads ahead. */
    private final List<byte[]> early = new ArrayList<>();

    private boolean over;

    Session(FrameLink device) {
      this.device = device;
    }

    void dial() {
      device.pauseReading();
      CompletableFuture<FrameLink> future =
          LinkClient.connect(router, loops, options, link -> new Answers(this, link));
      dialling = future;
      future.whenComplete((_, failure) -> device.loop().execute(() -> dialled(failure)));
    }

    private void dialled(@Nullable Throwable failure) {
      if (failure == null || over) {
        return;
      }
      Throwable cause =
          failure instanceof CompletionException && failure.getCause() != null
              ? failure.getCause()
              : failure;
      String why = String.valueOf(cause.getMessage());
      notes.accept(why);
      byte[] error =
          FrameCodec.encode(
              new Message.Error(
                  ErrorCode.UNAVAILABLE, "no router", Optional.empty(), OptionalInt.empty()));
      device.write(error, 0, error.length);
      device.close(new CloseReason(CloseReason.TRY_LATER, why));
    }

    private void connected(FrameLink link) {
      if (over) {
        link.close(new CloseReason(CloseReason.GOING_AWAY, "the device is gone"));
        return;
      }
      remote = link;
      for (byte[] frame : early) {
        link.write(frame, 0, frame.length);
      }
      early.clear();
      notes.accept(device.remote() + " is connected with " + router);
      device.resumeReading();
    }

    @Override
    public void frame(byte[] buffer, int offset, int length) {
      FrameLink to = remote;
      if (to == null) {
        early.add(Arrays.copyOfRange(buffer, offset, offset + length));
        return;
      }
      to.write(buffer, offset, length);
      if (!to.writable()) {
        device.pauseReading();
      }
    }

    @Override
    public void writabilityChanged(boolean writable) {
      FrameLink from = remote;
      if (from != null) {
        pass(from, writable);
      }
    }

    @Override
    public void closed(CloseReason reason) {
      over = true;
      FrameLink to = remote;
      if (to != null) {
        to.close(new CloseReason(CloseReason.GOING_AWAY, reason.text()));
      } else if (dialling != null) {
        dialling.cancel(false);
      }
    }
  }

  private static void pass(FrameLink from, boolean wanted) {
    if (wanted) {
      from.resumeReading();
    } else {
      from.pauseReading();
    }
  }

  /** What the router says. */
  private final class Answers implements FrameListener {
    private final Session session;

    Answers(Session session, FrameLink link) {
      this.session = session;
      session.connected(link);
    }

    @Override
    public void frame(byte[] buffer, int offset, int length) {
      FrameLink device = session.device;
      if (length <= device.maxFrame()) {
        device.write(buffer, offset, length);
      }
      FrameLink from = session.remote;
      if (!device.writable() && from != null) {
        from.pauseReading();
      }
    }

    @Override
    public void writabilityChanged(boolean writable) {
      pass(session.device, writable);
    }

    @Override
    public void closed(CloseReason reason) {
      if (!session.over) {
        notes.accept(
            "the connection with "
                + router
                + " has ended"
                + (reason.text().isEmpty() ? "" : " (" + reason.text() + ")"));
        session.device.close(reason);
      }
    }
  }

  @Override
  public void close() {
    listener.close();
    loops.close();
  }
}
