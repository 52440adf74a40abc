package dev.clasp.bench;

/** Where a load sends its frames: a session, or a fake in tests. Loop thread. */
interface Outlet {

  /** Adds a frame with this number to what {@link #flush} sends. */
  void append(FrameTemplate template, long number);

  /** Sends what was added, in one system call. */
  void flush();

  /** False while so much is on its way that sending more makes no sense. */
  boolean writable();
}
