package dev.clasp.adapterosc;

import java.net.InetSocketAddress;

/** The way to one program. On the thread of its loop. */
interface Outlet {

  /** {@code osc-udp}, {@code osc-tcp}: as which transport its session is counted. */
  String transport();

  /** Where packets go. */
  InetSocketAddress target();

  /**
   * Packets go to another port of the same machine from now on.
   *
   * @return false if that makes no sense here
   */
  boolean retarget(int port);

  /**
   * Sends one packet; copies it. Not flushed.
   *
   * @return false if it was dropped
   */
  boolean send(byte[] packet, int length);

  void flush();

  /** False while the socket takes no more. */
  boolean writable();

  /** Whether more is wanted from the program. */
  void reading(boolean enabled);

  /** Runs something on this thread after a time. */
  void later(Runnable task, long nanos);

  /** The session is over. */
  void close();
}
