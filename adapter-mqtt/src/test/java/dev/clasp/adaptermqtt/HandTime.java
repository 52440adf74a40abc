package dev.clasp.adaptermqtt;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Time that passes when a test says so. */
final class HandTime implements BrokerTime {

  private final class Entry implements Alarm {
    final EventLoop loop;
    final Runnable task;
    final long interval;
    long due;

    Entry(EventLoop loop, Runnable task, long due, long interval) {
      this.loop = loop;
      this.task = task;
      this.due = due;
      this.interval = interval;
    }

    @Override
    public void cancel() {
      synchronized (entries) {
        entries.remove(this);
      }
    }
  }

  private final AtomicLong now = new AtomicLong(5_000_000_000L);
  private final List<Entry> entries = new ArrayList<>();

  @Override
  public long nanos() {
    return now.get();
  }

  @Override
  public long unixMicros() {
    return 1_700_000_000_000_000L + now.get() / 1000;
  }

  @Override
  public Alarm after(EventLoop loop, long nanos, Runnable task) {
    return add(new Entry(loop, task, now.get() + nanos, 0));
  }

  @Override
  public Alarm every(EventLoop loop, long nanos, Runnable task) {
    return add(new Entry(loop, task, now.get() + nanos, nanos));
  }

  private Alarm add(Entry entry) {
    synchronized (entries) {
      entries.add(entry);
    }
    return entry;
  }

  /** Lets time pass; what falls into it has happened when this returns. */
  void pass(Duration duration) throws Exception {
    long end = now.get() + duration.toNanos();
    while (true) {
      Entry next;
      synchronized (entries) {
        next = entries.stream().min(Comparator.comparingLong(e -> e.due)).orElse(null);
        if (next == null || next.due > end) {
          break;
        }
        if (next.interval > 0) {
          now.set(next.due);
          next.due += next.interval;
        } else {
          now.set(next.due);
          entries.remove(next);
        }
      }
      next.loop.submit(next.task).get(House.LIMIT_SECONDS, TimeUnit.SECONDS);
    }
    now.set(end);
  }
}
