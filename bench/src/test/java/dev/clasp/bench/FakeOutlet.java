package dev.clasp.bench;

import java.util.ArrayList;
import java.util.List;

/** Remembers the numbers that were sent. */
final class FakeOutlet implements Outlet {

  final List<Long> sent = new ArrayList<>();
  int flushes;
  boolean writable = true;

  @Override
  public void append(FrameTemplate template, long number) {
    sent.add(number);
  }

  @Override
  public void flush() {
    flushes++;
  }

  @Override
  public boolean writable() {
    return writable;
  }

  /** What was sent since the last call. */
  List<Long> take() {
    List<Long> taken = List.copyOf(sent);
    sent.clear();
    return taken;
  }
}
