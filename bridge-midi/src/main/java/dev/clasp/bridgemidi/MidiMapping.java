package dev.clasp.bridgemidi;

import dev.clasp.midi.MidiMessage;
import dev.clasp.transform.MappedSignal;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The messages of one device as signals, and signals as messages for it (bridges.md 4.3 and 4.6,
 * docs/midi-mapping.md). Thread-safe: messages come on the thread of a port, signals on that of the
 * bridge, and {@link #tick} on a third.
 *
 * <p>It has no clock. Whoever owns it calls {@link #tick} when {@link #due} says so; {@code due}
 * may be earlier after any other call.
 */
final class MidiMapping {

  private final ReentrantLock lock = new ReentrantLock();
  private final MidiMappingIn in;
  private final MidiMappingOut out;

  /**
   * @param device a segment of addresses
   * @param nanos now
   */
  MidiMapping(MidiMappingConfig config, String device, MidiMappingSink sink, long nanos) {
    this.in = new MidiMappingIn(config, device, sink);
    this.out = new MidiMappingOut(config, device, sink, in::members, nanos);
  }

  /**
   * A message has come from the device.
   *
   * @param nanos when
   */
  void received(MidiMessage message, long nanos) {
    lock.lock();
    try {
      in.received(message, nanos);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sends a signal; what cannot be sent is told to {@link MidiMappingSink#dropped}.
   *
   * @param tail the path without the device ({@link MidiPath#tail})
   * @param nanos when: now, or when it is due
   */
  void send(List<String> tail, MappedSignal signal, long nanos) {
    lock.lock();
    try {
      out.send(tail, signal, nanos);
    } finally {
      lock.unlock();
    }
  }

  /** Does what is due: ticks of our clock, time code, values that waited for their other half. */
  void tick(long nanos) {
    lock.lock();
    try {
      in.tick(nanos);
      out.tick(nanos);
    } finally {
      lock.unlock();
    }
  }

  /** When {@link #tick} is due, {@link Long#MAX_VALUE} for never. */
  long due() {
    lock.lock();
    try {
      return Math.min(in.due(), out.due());
    } finally {
      lock.unlock();
    }
  }

  /**
   * The device is there anew: what it said before does not count.
   *
   * @param release end the notes that we began before: it may be only the way to it that was lost
   */
  void connected(boolean release) {
    lock.lock();
    try {
      in.reset();
      if (release) {
        out.release();
      }
      out.forget();
    } finally {
      lock.unlock();
    }
  }

  /** The device is gone: ends what it holds, as if it had let go. */
  void lost(long nanos) {
    lock.lock();
    try {
      in.lost(nanos);
    } finally {
      lock.unlock();
    }
  }

  /**
   * The connection to the router is lost, or there again.
   *
   * @param release end the notes that we began: the router cannot
   */
  void router(boolean connected, boolean release, long nanos) {
    lock.lock();
    try {
      if (connected) {
        in.routerBack(nanos);
      } else {
        in.routerLost();
        if (release) {
          out.routerLost();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends all notes that we began, and our clock; for a bridge that stops. */
  void silence() {
    lock.lock();
    try {
      out.silence();
    } finally {
      lock.unlock();
    }
  }
}
