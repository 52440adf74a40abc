package dev.clasp.bridgedmx;

import dev.clasp.protocol.Value;
import dev.clasp.serial.SerialDevice;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A widget that speaks like the ENTTEC DMX USB Pro, at an open port. */
final class ProDriver implements Driver {

  /** At the port is nothing that answers. */
  static final class NoAnswerException extends IOException {
    private static final long serialVersionUID = 1L;

    NoAnswerException() {
      super("nothing there answers like a DMX USB Pro");
    }
  }

  private static final int BUFFER = 4096;

  /** Reads of up to 200 ms without a byte, after which half a message will not become whole. */
  private static final int STALLED_READS = 3;

  private static final long DRAIN_MILLIS = 300;

  private final SerialDevice device;
  private final Ticker ticker;
  private final Listener listener;
  private final WireWriter writer;

  // Guarded by itself.
  private final ProWidget widget;
  private volatile long noise;

  ProDriver(SerialDevice device, InterfaceSpec spec, Ticker ticker, Listener listener) {
    this.device = device;
    this.ticker = ticker;
    this.listener = listener;
    this.writer =
        new WireWriter(device, "dmx-writer-" + spec.port(), count -> listener.bytes(0, count));
    this.widget =
        new ProWidget(
            spec,
            writer::once,
            new ProWidget.Listener() {
              @Override
              public void identified(Identity identity) {
                listener.works(identity.toString());
              }

              @Override
              public void heard(byte[] slots) {
                listener.heard(slots);
              }

              @Override
              public void unusable(String why) {
                listener.unusable(why);
              }
            });
  }

  @Override
  public void run() throws IOException {
    WidgetDecoder decoder =
        new WidgetDecoder(message -> {
          synchronized (widget) {
            widget.message(message, ticker.nanoTime());
          }
        });
    writer.start();
    try {
      synchronized (widget) {
        widget.begin(ticker.nanoTime());
      }
      byte[] buffer = new byte[BUFFER];
      int idle = 0;
      while (true) {
        int count = device.read(buffer);
        if (count > 0) {
          idle = 0;
          listener.bytes(count, 0);
          decoder.decode(buffer, 0, count);
        } else if (++idle == STALLED_READS) {
          decoder.giveUp();
        }
        if (decoder.noise() != noise) {
          long more = decoder.noise() - noise;
          noise = decoder.noise();
          listener.unusable(more + " bytes that belong to no message");
        }
        synchronized (widget) {
          widget.tick(ticker.nanoTime());
          if (widget.silent()) {
            throw new NoAnswerException();
          }
        }
      }
    } finally {
      writer.end();
      synchronized (widget) {
        widget.end();
      }
      device.close();
    }
  }

  @Override
  public void output(int line, byte[] slots) {
    synchronized (widget) {
      widget.output(line, slots).ifPresent(message -> writer.levels(line, message));
    }
  }

  @Override
  public CompletableFuture<Optional<byte[]>> rdm(byte[] packet, boolean discovery) {
    synchronized (widget) {
      return widget.rdm(packet, discovery, ticker.nanoTime());
    }
  }

  Optional<Identity> identity() {
    synchronized (widget) {
      return widget.identity();
    }
  }

  @Override
  public Map<String, Value> details() {
    Map<String, Value> details = new LinkedHashMap<>();
    identity()
        .ifPresent(identity -> {
          details.put("device", Value.of(identity.kind()));
          details.put("firmware", Value.of(identity.parameters().firmware()));
          identity.serialNumber().ifPresent(number -> details.put("serial", Value.of(number)));
          details.put(
              "break_us",
              Value.of(
                  Math.round(identity.parameters().breakUnits() * WidgetParameters.UNIT_MICROS)));
          details.put(
              "mab_us",
              Value.of(
                  Math.round(identity.parameters().markUnits() * WidgetParameters.UNIT_MICROS)));
          details.put("widget_rate", Value.of(identity.parameters().rate()));
        });
    if (noise > 0) {
      details.put("noise_bytes", Value.of(noise));
    }
    return details;
  }

  @Override
  public void close() {
    try {
      writer.drain(DRAIN_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    device.close();
  }
}
