package dev.clasp.bridgedmx;

import dev.clasp.protocol.Value;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** No interface at all: keeps the levels and shows them, for tests and for trying things out. */
final class VirtualDriver implements Driver {

  private final Listener listener;
  private final CountDownLatch end = new CountDownLatch(1);
  private final byte[][] levels = {new byte[WidgetInput.SLOTS], new byte[WidgetInput.SLOTS]};

  // Guarded by this.
  private long frames;

  VirtualDriver(Listener listener) {
    this.listener = listener;
  }

  @Override
  public void run() throws IOException, InterruptedException {
    listener.works("virtual: nothing is sent");
    end.await();
    throw new IOException("it was closed");
  }

  @Override
  public synchronized void output(int line, byte[] slots) {
    levels[line] = slots;
    frames++;
  }

  @Override
  public synchronized Map<String, Value> details() {
    Map<String, Value> details = new LinkedHashMap<>();
    details.put("device", Value.of("virtual"));
    details.put("frames", Value.of(frames));
    details.put("levels", new Value.Bytes(levels[0]));
    return details;
  }

  @Override
  public void close() {
    end.countDown();
  }
}
