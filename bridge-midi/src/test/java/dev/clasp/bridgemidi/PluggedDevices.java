package dev.clasp.bridgemidi;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import javax.sound.midi.MidiDevice;
import javax.sound.midi.MidiMessage;
import javax.sound.midi.MidiUnavailableException;
import javax.sound.midi.Receiver;
import javax.sound.midi.Transmitter;
import javax.sound.midi.spi.MidiDeviceProvider;
import org.jspecify.annotations.Nullable;

/**
 * Devices as Java sees them, which tests plug in and out. A provider like those of hardware: found
 * by Java through its service file, so all of {@code javax.sound.midi} is in between.
 */
public final class PluggedDevices extends MidiDeviceProvider {

  /** By name; of all tests in this JVM, so names must differ. */
  private static final Map<String, Plugged> DEVICES = new ConcurrentSkipListMap<>();

  /** A device with an input and an output of the same name. */
  static final class Plugged implements AutoCloseable {
    private final String name;
    private final List<Port> ports;
    private final List<Receiver> listeners = new CopyOnWriteArrayList<>();

    /** What it was told. */
    final BlockingQueue<List<Integer>> heard = new LinkedBlockingQueue<>();

    private Plugged(String name) {
      this.name = name;
      this.ports = List.of(new Port(this, true), new Port(this, false));
    }

    /** It says this. */
    void says(MidiMessage message) {
      listeners.forEach(each -> each.send(message, -1));
    }

    /** Whether somebody listens to it. */
    boolean isHeard() {
      return !listeners.isEmpty();
    }

    boolean isOpen() {
      return ports.stream().anyMatch(Port::isOpen);
    }

    void unplug() {
      DEVICES.remove(name);
      listeners.clear();
    }

    @Override
    public void close() {
      unplug();
    }
  }

  static Plugged plugIn(String name) {
    Plugged plugged = new Plugged(name);
    DEVICES.put(name, plugged);
    return plugged;
  }

  private static final class Name extends MidiDevice.Info {
    Name(String name) {
      super(name, "Tests", "stands in for hardware", "1");
    }
  }

  private static final class Port implements MidiDevice {
    private final Plugged of;
    private final boolean input;
    private final Info info;
    private volatile boolean open;

    Port(Plugged of, boolean input) {
      this.of = of;
      this.input = input;
      this.info = new Name(of.name);
    }

    @Override
    public Info getDeviceInfo() {
      return info;
    }

    @Override
    public void open() throws MidiUnavailableException {
      if (open) {
        throw new MidiUnavailableException("in use");
      }
      open = true;
    }

    @Override
    public void close() {
      open = false;
      if (input) {
        of.listeners.clear();
      }
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public long getMicrosecondPosition() {
      return -1;
    }

    @Override
    public int getMaxReceivers() {
      return input ? 0 : -1;
    }

    @Override
    public int getMaxTransmitters() {
      return input ? -1 : 0;
    }

    @Override
    public Receiver getReceiver() {
      return new Receiver() {
        @Override
        public void send(MidiMessage message, long timeStamp) {
          List<Integer> bytes = new ArrayList<>();
          for (int i = 0; i < message.getLength(); i++) {
            bytes.add(message.getMessage()[i] & 0xFF);
          }
          of.heard.add(bytes);
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public List<Receiver> getReceivers() {
      return List.of();
    }

    @Override
    public Transmitter getTransmitter() {
      return new Transmitter() {
        private volatile @Nullable Receiver receiver;

        @Override
        public void setReceiver(Receiver next) {
          receiver = next;
          of.listeners.add(next);
        }

        @Override
        public @Nullable Receiver getReceiver() {
          return receiver;
        }

        @Override
        public void close() {
          Receiver last = receiver;
          if (last != null) {
            of.listeners.remove(last);
          }
        }
      };
    }

    @Override
    public List<Transmitter> getTransmitters() {
      return List.of();
    }
  }

  @Override
  public MidiDevice.Info[] getDeviceInfo() {
    return DEVICES.values().stream()
        .flatMap(each -> each.ports.stream())
        .map(Port::getDeviceInfo)
        .toArray(MidiDevice.Info[]::new);
  }

  @Override
  public MidiDevice getDevice(MidiDevice.Info info) {
    return DEVICES.values().stream()
        .flatMap(each -> each.ports.stream())
        .filter(port -> port.getDeviceInfo().equals(info))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("not ours"));
  }
}
